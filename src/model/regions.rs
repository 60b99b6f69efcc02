//! The Regions that AWS has, of all partitions.
//!
//! From AWS's list of Regions and endpoints, November 2026. AWS adds Regions, so a name that is not here may still be one.

use crate::model::ids::Region;

const KNOWN: [&str; 45] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// How AWS writes where in an area a Region lies.
const DIRECTIONS: [&str; 9] =
    ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

impl Region {
    /// The Regions that are known to exist.
    pub fn known() -> impl Iterator<Item = &'static str> {
        KNOWN.into_iter()
    }

    pub fn is_known(&self) -> bool {
        KNOWN.contains(&self.as_str())
    }

    /// Whether AWS may add a Region of this name: the area has Regions, and the rest has the form of theirs.
    pub fn may_come(&self) -> bool {
        let Some((place, _number)) = self.as_str().rsplit_once('-') else { return false };
        let Some((area, direction)) = place.rsplit_once('-') else { return false };
        let known_area = KNOWN.iter().any(|known| {
            known
                .strip_prefix(area)
                .and_then(|rest| rest.strip_prefix('-'))
                .is_some_and(|rest| rest.matches('-').count() == 1)
        });
        known_area && DIRECTIONS.contains(&direction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_known_may_come_or_are_neither() {
        for (name, known, may_come) in [
            ("us-east-1", true, true),
            ("us-gov-west-1", true, true),
            ("eusc-de-east-1", true, true),
            ("us-east-3", false, true),
            ("sa-west-1", false, true),
            ("cn-south-1", false, true),
            ("us-eas-1", false, false),
            ("ue-central-1", false, false),
            ("xx-nowhere-1", false, false),
            ("us-gov-central-1", false, true),
        ] {
            let region = Region::parse(name).expect("of the form of a Region");
            assert_eq!((region.is_known(), region.may_come()), (known, may_come), "{name}");
        }
        assert!(KNOWN.iter().all(|name| Region::parse(name).is_ok_and(|region| region.may_come())));
        assert!(KNOWN.is_sorted());
    }
}
