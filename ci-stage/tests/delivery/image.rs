//! The package as an OCI image, read and run by the programs of others.

use std::fs;
use std::process::Command;

use libtest_mimic::Trial;
use serde_json::Value;
use snapbox::str;

use crate::shop::{Answer, Shop};
use crate::{Tool, trial};

const BUILDAH: Tool = ("buildah", "apt-get install buildah");
const SKOPEO: Tool = ("skopeo", "apt-get install skopeo");
const UMOCI: Tool = ("umoci", "apt-get install umoci");

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "the_image_holds_the_archive_s_files_alone_and_its_program_runs_there",
            &[BUILDAH, SKOPEO, UMOCI],
            holds_and_runs,
        ),
        trial(
            "the_same_sources_give_the_same_image",
            &[BUILDAH],
            reproducible,
        ),
        trial(
            "without_buildah_no_image_is_made_and_that_is_said",
            &[],
            without_buildah,
        ),
        trial(
            "an_entry_point_that_the_package_lacks_is_refused",
            &[],
            no_such_file,
        ),
    ]
}

/// A shop whose program is compiled, and whose package becomes an image.
fn shop() -> Shop {
    let shop = Shop::new();
    shop.configure(
        "name = \"shop\"\nstages",
        "name = \"shop\"\nimage.entrypoint = \"shop\"\nstages",
    );
    shop.write(
        "src/main.rs",
        "//! A shop.\nfn main() {\n    println!(\"open\");\n}\n",
    );
    shop.git(&["add", "--all"]);
    shop.git(&["commit", "--quiet", "--message", "a program"]);
    shop
}

/// The folder of the image in `dist`.
fn image(shop: &Shop) -> std::path::PathBuf {
    let entries = fs::read_dir(shop.path("dist")).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths
        .find(|path| path.extension().is_some_and(|ending| ending == "oci"))
        .unwrap()
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn holds_and_runs() {
    let shop = shop();
    shop.ci_stage(&[]).succeeds();
    let image = image(&shop);
    let commit = shop.git(&["rev-parse", "--short=12", "HEAD"]);
    let place = format!("oci:{}:{commit}", image.display());
    let about: Value = serde_json::from_str(&run("skopeo", &["inspect", &place])).unwrap();
    let labels = &about["Labels"];
    assert_eq!(labels["org.opencontainers.image.revision"], *commit);
    let title = format!("shop-{commit}");
    let archive = crate::shop::digest(&shop.path(&format!("dist/{title}.tar.zst")));
    assert_eq!(labels["ci-stage.artifact"], format!("sha256:{archive}"));
    let provenance = fs::read_to_string(shop.path(&format!("dist/{title}.provenance.json")));
    let provenance: Value = serde_json::from_str(&provenance.unwrap()).unwrap();
    let stated = provenance["subject"][1]["digest"]["sha256"]
        .as_str()
        .unwrap();
    assert_eq!(about["Digest"], format!("sha256:{stated}"));

    let bundle = shop.path("target/bundle");
    let bundle = bundle.to_str().unwrap();
    let place = format!("{}:{commit}", image.display());
    // Only root may own what it unpacks as the image says.
    run(
        "umoci",
        &["unpack", "--rootless", "--image", &place, bundle],
    );
    let config = fs::read_to_string(shop.path("target/bundle/config.json")).unwrap();
    let config: Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["process"]["args"][0], "/shop/shop");
    assert_eq!(config["process"]["cwd"], "/shop");
    let files = shop.path("target/bundle/rootfs");
    let mut found: Vec<_> = fs::read_dir(&files)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    found.sort();
    assert_eq!(found, ["shop"], "nothing else is there");
    let sums = format!(
        "cd '{}/shop' && sha256sum --check --strict --quiet SHA256SUMS",
        files.display()
    );
    run("sh", &["-c", &sums]);
    // There is no loader and no library to be found, so it needs none.
    let headers = run(
        "readelf",
        &[
            "--program-headers",
            &format!("{}/shop/shop", files.display()),
        ],
    );
    assert!(!headers.contains("INTERP"), "{headers}");
    assert_eq!(
        run(&format!("{}/shop/shop", files.display()), &[]),
        "open\n"
    );
}

fn reproducible() {
    let shop = shop();
    let answer = shop.ci_stage(&["build", "--check"]);
    answer.prints(
        0,
        str![[r#"
built again in another folder: the same bytes, SHA-256 [DIGEST]
image dist/shop-[SHORT].oci: sha256:[DIGEST]
BUILD PASSED: packaged dist/shop-[SHORT]

"#]],
    );
}

fn without_buildah() {
    let shop = shop();
    let tools = shop.path("target/tools");
    let shim = tools.join("buildah");
    shop.write("target/tools/buildah", "#!/bin/sh\nexit 127\n");
    fs::set_permissions(&shim, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut path = tools.into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let mut command = shop.command(&["build"]);
    let answer = Answer::of(command.env("PATH", path), &shop.path(""));
    answer.prints(
        0,
        str![[r#"
NO IMAGE WAS MADE: the settings ask for one, and `buildah` is missing; on Debian `apt-get install -y --no-install-recommends buildah` brings it
BUILD PASSED: packaged dist/shop-[SHORT]

"#]],
    );
}

fn no_such_file() {
    let shop = shop();
    shop.configure("image.entrypoint = \"shop\"", "image.entrypoint = \"till\"");
    let answer = shop.ci_stage(&["build"]);
    assert!(
        answer
            .stdout
            .contains("image.entrypoint: the package holds no file `till`"),
        "{answer:?}"
    );
    assert_eq!(answer.code, 2);
}
