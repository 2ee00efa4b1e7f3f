//! The releases of an environment: taken in, switched to, run, looked at and forgotten.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;

use super::Place;
use crate::cargo::process::{Said, Streams, run};
use crate::deploy::short;
use crate::error::Error;
use crate::stage::quoted;

impl Place {
    /// The digest of what runs.
    pub(in crate::deploy) fn current(&mut self) -> Result<Option<String>, Error> {
        let said = self.shell.tell("[ ! -L current ] || readlink current")?;
        let link = self.done("look at", &said)?;
        let digest = link.strip_prefix("releases/").map(str::to_owned);
        if link.is_empty() || digest.is_some() {
            return Ok(digest);
        }
        Err(Error::Gate(format!(
            "{}: `current` leads to {link}, which is no release: it was changed by hand",
            self.name
        )))
    }

    /// Makes a release the one that runs, in one step; without one, none.
    pub(in crate::deploy) fn switch(&mut self, to: Option<&str>) -> Result<(), Error> {
        let script = match to {
            Some(digest) => format!(
                "rm -f .current && ln -s releases/{digest} .current && mv -fT .current current \
                 && sync ."
            ),
            None => "rm -f current && sync .".to_owned(),
        };
        self.work("switch", &script)
    }

    /// Whether a release is there and every file of it is as it was packaged.
    pub(in crate::deploy) fn has_intact(&mut self, digest: &str) -> Result<bool, Error> {
        let said = self.shell.tell(&format!(
            "cd releases/{digest} 2>/dev/null && sha256sum --check --strict --quiet SHA256SUMS"
        ))?;
        Ok(said.success())
    }

    /// Unpacks an archive as a release, which appears whole or not at all.
    pub(in crate::deploy) fn take_in(&mut self, archive: &Path, digest: &str) -> Result<(), Error> {
        let scratch = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
        // Unpacked here: tar is everywhere, zstd is not.
        let files = scratch.path().join("files.tar");
        let unpack = || {
            let mut reader = zstd::Decoder::new(File::open(archive)?)?;
            io::copy(&mut reader, &mut File::create(&files)?).map(drop)
        };
        unpack().map_err(Error::io("unpack", archive))?;
        self.work(
            "make room in",
            &format!(
                "mkdir -p releases archives incoming && rm -rf incoming/* \
                 && mkdir incoming/{digest}"
            ),
        )?;
        self.send(archive, &format!("cat > incoming/{digest}.tar.zst"))?;
        self.send(&files, &format!("tar -xf - -C incoming/{digest}"))?;
        self.work(
            "take the release in at",
            &format!(
                "printf '%s  %s\\n' {digest} incoming/{digest}.tar.zst | sha256sum --check --quiet &&\n\
                 (cd incoming/{digest}/* && sha256sum --check --strict --quiet SHA256SUMS) &&\n\
                 find incoming -type f -exec sync {{}} + &&\n\
                 mv -fT incoming/{digest}.tar.zst archives/{digest}.tar.zst &&\n\
                 {{ [ ! -e releases/{digest} ] || mv -T releases/{digest} incoming/{digest}.old; }} &&\n\
                 mv -T incoming/{digest}/* releases/{digest} && sync releases &&\n\
                 rm -rf incoming"
            ),
        )
    }

    /// Runs a script there whose input is a file from here. It does not hold the lock, so it
    /// may only write what nothing looks at before it was checked.
    fn send(&self, file: &Path, script: &str) -> Result<(), Error> {
        let there = self
            .way
            .to(&format!("umask 022; cd {} && {script}", self.folder));
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$@\" < \"$0\""]).arg(file);
        command.arg(there.get_program()).args(there.get_args());
        command.current_dir(&self.way.root);
        let finished = run(command, Streams::Capture, None)?;
        if finished.end.success() {
            return Ok(());
        }
        Err(Error::Setup(format!(
            "cannot send files to {}: {}",
            self.name,
            finished.output.trim_end()
        )))
    }

    /// Brings a release's archive here.
    pub(in crate::deploy) fn fetch(&mut self, digest: &str, to: &Path) -> Result<(), Error> {
        let said = self.shell.tell(&format!("cat archives/{digest}.tar.zst"))?;
        if !said.success() {
            return Err(Error::Gate(format!(
                "{}: the archive of {} is gone",
                self.name,
                short(digest)
            )));
        }
        if crate::sources::hash(&said.output) != digest {
            return Err(Error::Gate(format!(
                "{}: archives/{digest}.tar.zst is not what was deployed: it was changed by hand",
                self.name
            )));
        }
        fs::write(to, said.output).map_err(Error::io("write", to))
    }

    /// Runs a command line in the current release's folder, for so long at most.
    pub(in crate::deploy) fn run(
        &mut self,
        line: &str,
        seconds: Option<u64>,
    ) -> Result<Said, Error> {
        let limit = seconds.map_or_else(String::new, |seconds| format!("timeout {seconds} "));
        // What it leaves working must not keep the lock.
        self.shell.tell(&format!(
            "cd current && cd \"$(pwd -P)\" && digest=${{PWD##*/}} && exec {limit}env \
             CI_STAGE_RELEASE=\"$PWD\" CI_STAGE_DIGEST=\"$digest\" \
             CI_STAGE_ARCHIVE=\"${{PWD%/*/*}}/archives/$digest.tar.zst\" sh -c {} 9>&-",
            quoted(line)
        ))
    }

    /// Forgets all releases but these.
    pub(in crate::deploy) fn keep(&mut self, releases: &[String]) -> Result<(), Error> {
        let kept = releases.join("|");
        self.work(
            "tidy",
            &format!(
                "for one in releases/*; do case \"${{one##*/}}\" in {kept}) ;; *) \
                 rm -rf \"$one\" \"archives/${{one##*/}}.tar.zst\" ;; esac; done"
            ),
        )
    }
}
