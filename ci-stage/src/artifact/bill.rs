//! The bill of materials: every package that the binaries are built from, as `CycloneDX` 1.5.
//!
//! It names neither a time nor a serial number, so that the same sources give the same bill.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Node, Package, PackageId};
use serde_json::{Value, json};

use crate::cargo::{Workspace, rustc_version};
use crate::error::Error;

/// The bill of what the given members are built from.
///
/// # Errors
/// [`Error::Metadata`] with cargo's words.
pub(super) fn of(
    workspace: &Workspace,
    name: &str,
    commit: &str,
    members: &BTreeSet<PackageId>,
) -> Result<String, Error> {
    let version = rustc_version()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let metadata = MetadataCommand::parse(workspace.full_metadata(host)?)
        .map_err(|error| Error::Metadata(error.to_string()))?;
    let nodes = nodes(&metadata);
    let reached = reached(&nodes, members);
    let packages = metadata.packages.iter();
    let packages = packages.filter(|package| reached.contains(&package.id));
    let mut components: Vec<Value> = packages.map(component).collect();
    components.sort_by_key(|component| component["bom-ref"].to_string());
    let names: BTreeMap<&PackageId, String> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, reference(package)))
        .collect();
    let own = format!("{name}@{commit}");
    let direct: BTreeSet<&String> = members.iter().filter_map(|id| names.get(id)).collect();
    let mut dependencies = vec![json!({ "ref": own, "dependsOn": direct })];
    let mut lines: Vec<Value> = reached
        .iter()
        .filter_map(|id| {
            let used = used(nodes.get(id)?);
            let used: BTreeSet<&String> = used.filter_map(|id| names.get(id)).collect();
            Some(json!({ "ref": names.get(id)?, "dependsOn": used }))
        })
        .collect();
    lines.sort_by_key(|line| line["ref"].to_string());
    dependencies.extend(lines);
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "tools": { "components": [{
                "type": "application", "name": "ci-stage", "version": env!("CARGO_PKG_VERSION"),
            }] },
            "component": {
                "type": "application", "bom-ref": own, "name": name, "version": commit,
            },
        },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(format!("{bill:#}\n"))
}

fn nodes(metadata: &Metadata) -> BTreeMap<&PackageId, &Node> {
    let resolved = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    resolved.map(|node| (&node.id, node)).collect()
}

/// What a package is built from: what only its tests need is not in a binary.
fn used(node: &Node) -> impl Iterator<Item = &PackageId> {
    let in_build = |kind: &DependencyKind| *kind != DependencyKind::Development;
    let used = node.deps.iter().filter(move |dependency| {
        let mut kinds = dependency.dep_kinds.iter();
        kinds.any(|about| in_build(&about.kind))
    });
    used.map(|dependency| &dependency.pkg)
}

fn reached<'a>(
    nodes: &BTreeMap<&'a PackageId, &'a Node>,
    members: &'a BTreeSet<PackageId>,
) -> BTreeSet<&'a PackageId> {
    let mut reached: BTreeSet<&PackageId> = BTreeSet::new();
    let mut open: Vec<&PackageId> = members.iter().collect();
    while let Some(id) = open.pop() {
        if let (true, Some(node)) = (reached.insert(id), nodes.get(id)) {
            open.extend(used(node));
        }
    }
    reached
}

/// A package URL, unless it is a member, which no registry knows.
fn reference(package: &Package) -> String {
    match package.source {
        Some(_) => format!("pkg:cargo/{}@{}", package.name, package.version),
        None => format!("{}@{}", package.name, package.version),
    }
}

fn component(package: &Package) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(package),
        "name": package.name.as_str(),
        "version": package.version.to_string(),
    });
    if package.source.is_some() {
        component["purl"] = reference(package).into();
    }
    if let Some(licence) = &package.license {
        // An old manifest separates its choices by a slash.
        let licence = licence.replace(" / ", " OR ").replace('/', " OR ");
        component["licenses"] = json!([{ "expression": licence }]);
    }
    if let Some(description) = &package.description {
        component["description"] = description.trim().into();
    }
    component
}
