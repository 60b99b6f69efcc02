//! Which blocks there are, and what may stand in them.

/// The form of one kind of block.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) keyword: &'static str,
    pub(crate) labels: Labels,
    /// Arguments whose values are expressions.
    pub(crate) values: &'static [&'static str],
    /// Arguments that are words and no expressions: a type, an address, names of arguments.
    pub(crate) words: &'static [&'static str],
    pub(crate) blocks: &'static [&'static Schema],
}

impl Schema {
    /// Every argument of the block.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &'static str> {
        self.values.iter().chain(self.words).copied()
    }

    pub(crate) fn has_argument(&self, name: &str) -> bool {
        self.arguments().any(|argument| argument == name)
    }

    /// The form of a block inside this one.
    pub(crate) fn inner(&self, keyword: &str) -> Option<&'static Schema> {
        self.blocks.iter().copied().find(|inner| inner.keyword == keyword)
    }
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

pub(crate) static RAMCTL: Schema = Schema {
    keyword: "ramctl",
    labels: Labels::None,
    values: &["stack", "formerly", "required_version", "regions", "default_tags", "allow"],
    words: &[],
    blocks: &[&IGNORE_TAGS],
};

pub(crate) static IGNORE_TAGS: Schema = Schema {
    keyword: "ignore_tags",
    labels: Labels::None,
    values: &["keys", "key_prefixes"],
    words: &[],
    blocks: &[],
};

pub(crate) static ORGANIZATION: Schema = Schema {
    keyword: "organization",
    labels: Labels::None,
    values: &["management_account", "sharing"],
    words: &[],
    blocks: &[&SWEEP],
};

pub(crate) static SWEEP: Schema =
    Schema { keyword: "sweep", labels: Labels::None, values: &["role_name"], words: &[], blocks: &[] };

pub(crate) static ACCOUNT: Schema = Schema {
    keyword: "account",
    labels: Labels::Name,
    values: &["for_each", "id", "regions"],
    words: &[],
    blocks: &[&ASSUME_ROLE],
};

pub(crate) static ASSUME_ROLE: Schema = Schema {
    keyword: "assume_role",
    labels: Labels::None,
    values: &["arn", "role_name", "external_id", "session_name", "duration"],
    words: &[],
    blocks: &[],
};

pub(crate) static VARIABLE: Schema = Schema {
    keyword: "variable",
    labels: Labels::Name,
    values: &["default", "description", "sensitive", "nullable"],
    words: &["type"],
    blocks: &[&VALIDATION],
};

pub(crate) static VALIDATION: Schema = Schema {
    keyword: "validation",
    labels: Labels::None,
    values: &["condition", "error_message"],
    words: &[],
    blocks: &[],
};

pub(crate) static PERMISSION: Schema = Schema {
    keyword: "permission",
    labels: Labels::Name,
    values: &["for_each", "account", "region", "name", "resource_type", "tags", "allow"],
    words: &[],
    blocks: &[&STATEMENT, &LIFECYCLE],
};

pub(crate) static STATEMENT: Schema = Schema {
    keyword: "statement",
    labels: Labels::None,
    values: &["actions", "condition"],
    words: &[],
    blocks: &[],
};

pub(crate) static SHARE: Schema = Schema {
    keyword: "share",
    labels: Labels::Name,
    values: &[
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
    words: &[],
    blocks: &[&PERMISSION_USE, &LIFECYCLE],
};

pub(crate) static PERMISSION_USE: Schema = Schema {
    keyword: "permission",
    labels: Labels::ResourceType,
    values: &["use", "version"],
    words: &[],
    blocks: &[],
};

pub(crate) static LIFECYCLE: Schema = Schema {
    keyword: "lifecycle",
    labels: Labels::None,
    values: &["prevent_destroy"],
    words: &["ignore_changes", "keep_extra"],
    blocks: &[],
};

pub(crate) static INBOUND: Schema = Schema {
    keyword: "inbound",
    labels: Labels::Name,
    values: &["for_each", "account", "region", "from", "name", "action", "allow"],
    words: &[],
    blocks: &[],
};

pub(crate) static CHECK: Schema =
    Schema { keyword: "check", labels: Labels::Name, values: &["severity"], words: &[], blocks: &[&ASSERT] };

pub(crate) static ASSERT: Schema = Schema {
    keyword: "assert",
    labels: Labels::None,
    values: &["condition", "error_message"],
    words: &[],
    blocks: &[],
};

pub(crate) static SAFETY: Schema = Schema {
    keyword: "safety",
    labels: Labels::None,
    values: &["max_revoked_percent", "max_granted_accounts"],
    words: &[],
    blocks: &[],
};

pub(crate) static IMPORT: Schema =
    Schema { keyword: "import", labels: Labels::None, values: &["id"], words: &["to"], blocks: &[] };

pub(crate) static MOVED: Schema =
    Schema { keyword: "moved", labels: Labels::None, values: &[], words: &["from", "to"], blocks: &[] };

pub(crate) static REMOVED: Schema = Schema {
    keyword: "removed",
    labels: Labels::None,
    values: &[],
    words: &["from"],
    blocks: &[&REMOVED_LIFECYCLE],
};

pub(crate) static REMOVED_LIFECYCLE: Schema =
    Schema { keyword: "lifecycle", labels: Labels::None, values: &["destroy"], words: &[], blocks: &[] };

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
