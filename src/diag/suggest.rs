//! "Did you mean": the known word nearest to a mistyped one.

/// The candidate that a word is most likely a misspelling of.
pub(crate) fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= allowed || (folded.len() >= 4 && candidate.to_lowercase().starts_with(&folded))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// The help for a mistyped word: the nearest one, or all there are if they are few.
pub(crate) fn help<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = closest(word, candidates.iter().copied()) {
        return Some(format!("Did you mean {near}?"));
    }
    match candidates.len() {
        0 => None,
        1..=12 => Some(format!("Known are: {}.", candidates.join(", "))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_not() {
        let known = ["share", "account", "allow_external_principals", "tags"];
        for (word, near) in [
            ("shrae", Some("share")),
            ("Share", Some("share")),
            ("acount", Some("account")),
            ("allow_external", Some("allow_external_principals")),
            ("tag", Some("tags")),
            ("resources", None),
            ("", None),
        ] {
            assert_eq!(closest(word, known), near, "{word}");
        }
        let units = ["Workloads", "Workloads/Dev", "Workloads/Prod", "Security"];
        for (path, near) in [
            ("Workloads/prod", Some("Workloads/Prod")),
            ("Worklods/Dev", Some("Workloads/Dev")),
            ("Securtiy", Some("Security")),
            ("Finance", None),
        ] {
            assert_eq!(closest(path, units), near, "{path}");
        }
    }
}
