//! A headless Chromium: it opens a page, runs a script in it and gives back what the script saw.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Judge;

/// The browser of this machine.
pub(crate) fn judge() -> Judge<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let programs = std::env::split_paths(&folders)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file());
    Judge {
        found: programs,
        remedy: "no Chromium; on Debian `apt-get install chromium` brings it",
    }
}

/// Which colours the machine asks pages for.
#[derive(Clone, Copy)]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// Opens a page, runs `script` in it and gives the JSON that it passes to `observed`.
///
/// The script is the body of an async function.
pub(crate) fn observe(chromium: &Path, page: &str, script: &str, theme: Theme) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, with_script(page, script)).unwrap();
    let mut browser = Command::new(chromium);
    browser
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
        ])
        .args(["--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync"])
        .arg(format!(
            "--user-data-dir={}",
            folder.path().join("profile").display()
        ))
        .args([
            "--window-size=1200,900",
            "--virtual-time-budget=10000",
            "--dump-dom",
        ]);
    if let Theme::Dark = theme {
        browser.arg("--force-dark-mode");
    }
    let output = browser.arg(&file).output().unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let observed = dom
        .split_once("<pre id=\"observed\">")
        .and_then(|(_, rest)| rest.split_once("</pre>"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(observed.is_some(), "the script did not end: {complaint}");
    observed.unwrap().0.to_owned()
}

/// Adds the script with the page's own nonce, because the page lets no other script run.
fn with_script(page: &str, script: &str) -> String {
    let (_, rest) = page.split_once("script-src 'nonce-").unwrap();
    let (nonce, _) = rest.split_once('\'').unwrap();
    let script = format!(
        "<script type=\"module\" nonce=\"{nonce}\">\n\
         const observed = (seen) => {{\n\
           const box = Object.assign(document.createElement('pre'), {{ id: 'observed' }});\n\
           box.textContent = JSON.stringify(seen, null, 2).replaceAll('&', '\\\\u0026')\n\
             .replaceAll('<', '\\\\u003c').replaceAll('>', '\\\\u003e').replaceAll('\\u00a0', ' ');\n\
           document.body.replaceChildren(box);\n\
         }};\n\
         try {{ observed(await (async () => {{\n{script}\n}})()); }}\n\
         catch (error) {{ observed(String(error)); }}\n\
         </script></body>"
    );
    page.replace("</body>", &script)
}
