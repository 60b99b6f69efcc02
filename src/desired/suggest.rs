//! "Did you mean".

/// The candidate that a text was most likely meant to be, if one is close.
pub(crate) fn suggest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = text.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (strsim::normalized_damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate)
        })
        .filter(|(closeness, _)| *closeness >= 0.65)
        // Of equals the first in order, so that the same files always give the same words.
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_found_and_far_ones_are_not() {
        let units = ["Workloads", "Workloads/Dev", "Workloads/Prod", "Security"];
        for (text, expected) in [
            ("Workloads/prod", Some("Workloads/Prod")),
            ("Worklods/Dev", Some("Workloads/Dev")),
            ("Securtiy", Some("Security")),
            ("Finance", None),
            ("", None),
        ] {
            assert_eq!(suggest(text, units), expected, "{text}");
        }
    }
}
