//! An environment behind ssh: a real sshd on this machine, with keys made for the test.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use libtest_mimic::Trial;

use crate::shop::{PRICES, Shop, digest};
use crate::{KEYS, SSHD, find, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(
        "behind_ssh_a_release_is_deployed_rolled_back_and_drilled_as_in_a_folder",
        &[SSHD, KEYS],
        behind_ssh,
    )]
}

/// A server that ends with its test.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(folder: &Path) -> Self {
        for name in ["host", "user"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(folder.join(name));
            assert!(keygen.status().unwrap().success());
        }
        fs::copy(folder.join("user.pub"), folder.join("authorized")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized\n\
             PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n",
            folder.display()
        );
        fs::write(folder.join("config"), config).unwrap();
        // Where sshd separates privileges it wants this folder, which a service would make.
        let _ = fs::create_dir_all("/run/sshd");
        let mut server = Command::new(find("sshd").unwrap());
        server.args(["-D", "-e", "-f"]).arg(folder.join("config"));
        let child = server.stderr(Stdio::null()).spawn().unwrap();
        let server = Self { child, port };
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        server
    }
}

fn behind_ssh() {
    let shop = Shop::new();
    let keys = tempfile::tempdir().unwrap();
    let server = Server::start(keys.path());
    let far = tempfile::tempdir().unwrap();
    let place = far.path().join("the shop");
    shop.configure(
        "folder = \"staging\"",
        &format!(
            "ssh = \"127.0.0.1:{}\"\nssh-options = [\"-p\", \"{}\", \"-i\", \"{keys}/user\", \
             \"-o\", \"UserKnownHostsFile={keys}/known\", \"-o\", \"StrictHostKeyChecking=no\", \
             \"-o\", \"IdentitiesOnly=yes\", \"-o\", \"LogLevel=ERROR\", \"-F\", \"none\"]",
            place.display(),
            server.port,
            keys = keys.path().display()
        ),
    );
    let current = || {
        let link = fs::read_link(place.join("current")).unwrap();
        link.file_name().unwrap().to_str().unwrap().to_owned()
    };
    let first = shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    assert_eq!(current(), digest(&first));
    let second = shop.release(PRICES, "well 2");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    assert_eq!(current(), digest(&second));
    shop.release(PRICES, "ill");
    assert_eq!(shop.ci_stage(&["deploy", "staging"]).code, 10);
    assert_eq!(current(), digest(&second));
    shop.ci_stage(&["rollback", "staging"]).succeeds();
    assert_eq!(current(), digest(&first));
    shop.ci_stage(&["drill", "staging"]).succeeds();
    let status = shop.ci_stage(&["status", "staging"]);
    assert!(status.stdout.contains("proven"), "{status:?}");
    drop(server);
    let gone = shop.ci_stage(&["status", "staging"]);
    assert_eq!(gone.code, 7, "{gone:?}");
    assert!(gone.stderr.contains("does not answer any more"), "{gone:?}");
}
