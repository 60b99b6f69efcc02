//! Paths as text: `/` between the parts, no look at the file system.

/// The shortest path that means the same: no empty parts, no `.`, no `..` after a name. An empty path is `.`.
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".into(),
        (false, false) => parts.join("/"),
    }
}

/// The last part; `.` of an empty path, `/` of the root.
pub(crate) fn base(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        trimmed => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

/// The path up to its last slash, cleaned.
pub(crate) fn folder(path: &str) -> String {
    clean(path.rfind('/').map_or("", |slash| &path[..=slash]))
}

pub(crate) fn absolute(stack: &str, path: &str) -> String {
    if path.starts_with('/') { clean(path) } else { clean(&format!("{stack}/{path}")) }
}

/// The path relative to the stack's folder (`""` for the folder itself), or nothing if it leads out of it.
pub(crate) fn inside(stack: &str, path: &str) -> Option<String> {
    let stack = clean(stack);
    let absolute = absolute(&stack, path);
    let rest = absolute.strip_prefix(&stack)?;
    match rest.strip_prefix('/') {
        Some(rest) => Some(rest.to_owned()),
        None if rest.is_empty() => Some(String::new()),
        // The stack's folder is the root.
        None if stack == "/" => Some(rest.to_owned()),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_clean_as_in_go() {
        let table = [
            ("", "."),
            ("a/../b", "b"),
            ("/x/./y", "/x/y"),
            ("a//b/", "a/b"),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            ("/..", "/"),
            ("./", "."),
        ];
        for (path, cleaned) in table {
            assert_eq!(clean(path), cleaned, "{path}");
        }
    }

    #[test]
    fn only_paths_inside_the_stack_are_let_through() {
        let table = [
            ("/home/me/stack", "a/b.txt", Some("a/b.txt")),
            ("/home/me/stack", "./a", Some("a")),
            ("/home/me/stack", "", Some("")),
            ("/home/me/stack", "/home/me/stack/a", Some("a")),
            ("/home/me/stack", "/home/me/stack", Some("")),
            ("/home/me/stack", "/home/me/stacks/a", None),
            ("/home/me/stack", "../stack/a", Some("a")),
            ("/home/me/stack", "../a", None),
            ("/home/me/stack", "a/../../../etc/passwd", None),
            ("/home/me/stack", "/etc/passwd", None),
            ("/", "etc/passwd", Some("etc/passwd")),
        ];
        for (stack, path, expected) in table {
            assert_eq!(inside(stack, path).as_deref(), expected, "{path} in {stack}");
        }
    }
}
