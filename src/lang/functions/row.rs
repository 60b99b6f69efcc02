//! The form of a row of the table.

use crate::lang::functions::call::Call;
use crate::lang::value::{SymbolKind, Type, Value};

/// A function: what it is called, what it takes, what it does, and its documentation.
#[derive(Debug)]
pub struct Function {
    pub name: &'static str,
    pub group: Group,
    /// As the reference prints it: `cidrsubnet(prefix, newbits, netnum)`.
    pub signature: &'static str,
    /// One to three sentences.
    pub doc: &'static str,
    /// Shown in the reference and run by a test.
    pub examples: &'static [Example],
    pub params: &'static [Param],
    /// The form of any number of further arguments.
    pub variadic: Option<Param>,
    pub marks: Marks,
    pub body: Body,
}

/// The builder that the tables are written with.
impl Function {
    pub const fn new(group: Group, name: &'static str, signature: &'static str, body: Body) -> Self {
        Self {
            name,
            group,
            signature,
            doc: "",
            examples: &[],
            params: &[],
            variadic: None,
            marks: Marks::Spread,
            body,
        }
    }

    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    #[must_use]
    pub const fn takes(mut self, params: &'static [Param]) -> Self {
        self.params = params;
        self
    }

    /// Any number of further arguments.
    #[must_use]
    pub const fn and_any(mut self, param: Param) -> Self {
        self.variadic = Some(param);
        self
    }

    #[must_use]
    pub const fn keeps_marks(mut self) -> Self {
        self.marks = Marks::Own;
        self
    }

    #[must_use]
    pub const fn shows(mut self, examples: &'static [Example]) -> Self {
        self.examples = examples;
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Numeric,
    String,
    Collection,
    Encoding,
    Filesystem,
    Date,
    Hash,
    Network,
    Conversion,
    /// What only this language has: `ou`, `account`, `organization`, `service`, `tagged`.
    Ram,
}

/// An expression and its value.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    pub expression: &'static str,
    /// The value as JSON.
    pub json: &'static str,
}

impl Example {
    pub const fn new(expression: &'static str, json: &'static str) -> Self {
        Self { expression, json }
    }
}

/// A parameter. Arguments are converted to what it accepts before the body sees them.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub accepts: Accepts,
    /// Whether null may be passed; otherwise null is an error at the argument.
    pub nullable: bool,
}

impl Param {
    pub const fn new(name: &'static str, accepts: Accepts) -> Self {
        Self { name, accepts, nullable: false }
    }

    pub const fn nullable(name: &'static str, accepts: Accepts) -> Self {
        Self { name, accepts, nullable: true }
    }
}

/// A type constraint that a static table can hold.
#[derive(Clone, Copy, Debug)]
pub enum Accepts {
    /// Passed as it is.
    Any,
    Bool,
    Number,
    String,
    Principal,
    List(&'static Accepts),
    Set(&'static Accepts),
    Map(&'static Accepts),
}

impl Accepts {
    pub fn to_type(self) -> Type {
        match self {
            Self::Any => Type::Any,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::Principal => Type::Symbol(SymbolKind::Principal),
            Self::List(element) => Type::list(element.to_type()),
            Self::Set(element) => Type::set(element.to_type()),
            Self::Map(element) => Type::map(element.to_type()),
        }
    }
}

/// What becomes of sensitive marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// The body sees unmarked arguments; the result is marked where any argument held a mark.
    Spread,
    /// The body sees the marks and settles those of the result: `sensitive`, `nonsensitive`, `issensitive`.
    Own,
}

/// What a call does.
#[derive(Clone, Copy)]
pub enum Body {
    Eager(fn(&mut Call<'_>) -> Result<Value, FunctionError>),
    /// `try` and `can`: the evaluator's, as their arguments may fail.
    Lazy,
    /// A function of Terraform that this language leaves out on purpose.
    Refused {
        /// Why, as a full sentence.
        reason: &'static str,
        /// What to write instead.
        instead: &'static str,
    },
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Eager(_) => "Eager",
            Self::Lazy => "Lazy",
            Self::Refused { .. } => "Refused",
        })
    }
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// Index of the argument at fault; the evaluator puts the caret there. None: the call as a whole.
    pub argument: Option<usize>,
    /// A full sentence. Values in it are the evaluator's to hide where an argument is sensitive.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl FunctionError {
    /// The argument with this index (from 0) is at fault.
    pub fn argument(index: usize, message: impl Into<String>) -> Self {
        Self { argument: Some(index), message: message.into(), help: None }
    }

    /// The call as a whole is at fault.
    pub fn call(message: impl Into<String>) -> Self {
        Self { argument: None, message: message.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}
