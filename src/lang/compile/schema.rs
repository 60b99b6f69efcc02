//! Which blocks there are, and what may stand in them.

/// The form of one kind of block.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) keyword: &'static str,
    pub(crate) labels: Labels,
    pub(crate) attributes: &'static [&'static str],
    pub(crate) blocks: &'static [&'static str],
}

/// The labels of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Labels {
    None,
    /// A name that becomes part of an address or reference.
    Name,
    /// A RAM resource type.
    ResourceType,
}

impl Labels {
    pub(crate) fn count(self) -> usize {
        match self {
            Self::None => 0,
            Self::Name | Self::ResourceType => 1,
        }
    }
}

const NONE: &[&str] = &[];

pub(crate) static RAMCTL: Schema = Schema {
    keyword: "ramctl",
    labels: Labels::None,
    attributes: &["stack", "required_version", "regions", "default_tags", "allow"],
    blocks: &["ignore_tags"],
};

pub(crate) static IGNORE_TAGS: Schema = Schema {
    keyword: "ignore_tags",
    labels: Labels::None,
    attributes: &["keys", "key_prefixes"],
    blocks: NONE,
};

pub(crate) static ORGANIZATION: Schema = Schema {
    keyword: "organization",
    labels: Labels::None,
    attributes: &["management_account", "sharing"],
    blocks: NONE,
};

pub(crate) static ACCOUNT: Schema = Schema {
    keyword: "account",
    labels: Labels::Name,
    attributes: &["for_each", "id", "regions"],
    blocks: &["assume_role"],
};

pub(crate) static ASSUME_ROLE: Schema = Schema {
    keyword: "assume_role",
    labels: Labels::None,
    attributes: &["arn", "role_name", "external_id", "session_name", "duration"],
    blocks: NONE,
};

pub(crate) static VARIABLE: Schema = Schema {
    keyword: "variable",
    labels: Labels::Name,
    attributes: &["type", "default", "description", "sensitive", "nullable"],
    blocks: &["validation"],
};

pub(crate) static VALIDATION: Schema = Schema {
    keyword: "validation",
    labels: Labels::None,
    attributes: &["condition", "error_message"],
    blocks: NONE,
};

pub(crate) static PERMISSION: Schema = Schema {
    keyword: "permission",
    labels: Labels::Name,
    attributes: &["for_each", "account", "region", "name", "resource_type", "tags", "allow"],
    blocks: &["statement", "lifecycle"],
};

pub(crate) static STATEMENT: Schema = Schema {
    keyword: "statement",
    labels: Labels::None,
    attributes: &["actions", "condition"],
    blocks: NONE,
};

pub(crate) static SHARE: Schema = Schema {
    keyword: "share",
    labels: Labels::Name,
    attributes: &[
        "for_each",
        "account",
        "region",
        "name",
        "resources",
        "principals",
        "sources",
        "allow_external_principals",
        "retain_sharing_on_account_leave_organization",
        "accept_invitations",
        "tags",
        "expires",
        "allow",
    ],
    blocks: &["permission", "lifecycle"],
};

pub(crate) static PERMISSION_USE: Schema = Schema {
    keyword: "permission",
    labels: Labels::ResourceType,
    attributes: &["use", "version"],
    blocks: NONE,
};

pub(crate) static LIFECYCLE: Schema = Schema {
    keyword: "lifecycle",
    labels: Labels::None,
    attributes: &["prevent_destroy", "ignore_changes", "keep_extra"],
    blocks: NONE,
};

pub(crate) static INBOUND: Schema = Schema {
    keyword: "inbound",
    labels: Labels::Name,
    attributes: &["for_each", "account", "region", "from", "name", "action", "allow"],
    blocks: NONE,
};

pub(crate) static CHECK: Schema =
    Schema { keyword: "check", labels: Labels::Name, attributes: &["severity"], blocks: &["assert"] };

pub(crate) static ASSERT: Schema = Schema {
    keyword: "assert",
    labels: Labels::None,
    attributes: &["condition", "error_message"],
    blocks: NONE,
};

pub(crate) static SAFETY: Schema = Schema {
    keyword: "safety",
    labels: Labels::None,
    attributes: &["max_revoked_percent", "max_granted_accounts"],
    blocks: NONE,
};

pub(crate) static IMPORT: Schema =
    Schema { keyword: "import", labels: Labels::None, attributes: &["to", "id"], blocks: NONE };

pub(crate) static MOVED: Schema =
    Schema { keyword: "moved", labels: Labels::None, attributes: &["from", "to"], blocks: NONE };

pub(crate) static REMOVED: Schema =
    Schema { keyword: "removed", labels: Labels::None, attributes: &["from"], blocks: &["lifecycle"] };

pub(crate) static REMOVED_LIFECYCLE: Schema =
    Schema { keyword: "lifecycle", labels: Labels::None, attributes: &["destroy"], blocks: NONE };

/// The form of a block inside another.
pub(crate) fn inner(outer: &Schema, keyword: &str) -> Option<&'static Schema> {
    Some(match (outer.keyword, keyword) {
        ("ramctl", "ignore_tags") => &IGNORE_TAGS,
        ("account", "assume_role") => &ASSUME_ROLE,
        ("variable", "validation") => &VALIDATION,
        ("permission", "statement") => &STATEMENT,
        ("share", "permission") => &PERMISSION_USE,
        ("share" | "permission", "lifecycle") => &LIFECYCLE,
        ("check", "assert") => &ASSERT,
        ("removed", "lifecycle") => &REMOVED_LIFECYCLE,
        _ => return None,
    })
}

/// The blocks that stand at the top of a file. `locals` holds any names and has no schema.
pub(crate) static TOP: [&Schema; 12] = [
    &RAMCTL,
    &ORGANIZATION,
    &ACCOUNT,
    &VARIABLE,
    &PERMISSION,
    &SHARE,
    &INBOUND,
    &CHECK,
    &SAFETY,
    &IMPORT,
    &MOVED,
    &REMOVED,
];

pub(crate) const LOCALS: &str = "locals";
