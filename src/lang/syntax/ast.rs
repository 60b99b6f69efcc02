//! The syntax tree: HCL with the place of every part.

use std::sync::Arc;

use crate::diag::{Span, Spanned};
use crate::lang::value::Value;

/// A name and its place.
pub type Name = Spanned<Arc<str>>;

/// What a file, or the braces of a block, hold. In source order.
#[derive(Clone, Debug, Default)]
pub struct Body {
    pub attributes: Vec<Attribute>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: Name,
    pub value: Arc<Expr>,
}

#[derive(Clone, Debug)]
pub struct Block {
    pub keyword: Name,
    pub labels: Vec<Name>,
    pub body: Body,
    /// From the keyword to the last label: `share "tgw"`.
    pub header: Span,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    /// Null, a bool, a number, or a string with no template in it.
    Literal(Value),
    Tuple(Vec<Expr>),
    Object(Vec<(ObjectKey, Expr)>),
    Template(Template),
    Parenthesis(Box<Expr>),
    /// A name that starts a reference: `var`, `each`, or one bound by a `for`.
    Variable(Arc<str>),
    Traversal(Box<Expr>, Vec<Step>),
    Call(Call),
    Unary(Spanned<UnaryOp>, Box<Expr>),
    Binary(Box<Expr>, Spanned<BinaryOp>, Box<Expr>),
    Conditional(Box<Conditional>),
    For(Box<For>),
}

#[derive(Clone, Debug)]
pub enum ObjectKey {
    /// `a = 1`: the name itself.
    Bare(Name),
    Computed(Expr),
}

/// One step of a traversal; the span covers what follows the dot or stands between the brackets.
#[derive(Clone, Debug)]
pub enum Step {
    /// `.name`
    Attribute(Name),
    /// `.0`
    LegacyIndex(Spanned<u64>),
    /// `[expr]`
    Index(Expr),
    /// `.*`
    AttributeSplat(Span),
    /// `[*]`
    FullSplat(Span),
}

impl Step {
    /// Where the step ends in the file, but for a closing bracket.
    pub fn end(&self) -> usize {
        match self {
            Self::Attribute(name) => name.span.end,
            Self::LegacyIndex(index) => index.span.end,
            Self::Index(expr) => expr.span.end,
            Self::AttributeSplat(span) | Self::FullSplat(span) => span.end,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Call {
    pub name: Name,
    pub args: Vec<Expr>,
    /// The last argument is followed by `...`.
    pub expand: bool,
}

#[derive(Clone, Debug)]
pub struct Conditional {
    pub condition: Expr,
    pub yes: Expr,
    pub no: Expr,
}

/// `[for k, v in c : x if y]` or `{for k, v in c : x => y... if z}`.
#[derive(Clone, Debug)]
pub struct For {
    pub key_name: Option<Name>,
    pub value_name: Name,
    pub collection: Expr,
    /// Present: the result is an object.
    pub key: Option<Expr>,
    pub value: Expr,
    /// Values of equal keys are collected.
    pub grouping: bool,
    pub condition: Option<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Negate,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    And,
    Or,
}

impl BinaryOp {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

/// Texts with values between them. Strip markers and the indentation of heredocs are settled already.
#[derive(Clone, Debug, Default)]
pub struct Template {
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub enum Part {
    Literal(Arc<str>),
    Interpolation(Expr),
    If { condition: Expr, yes: Template, no: Template },
    For { key_name: Option<Name>, value_name: Name, collection: Expr, body: Template },
}

impl Template {
    /// The expression of a template that is one interpolation and nothing else, such as `"${var.list}"`: its value is not turned
    /// into a string.
    pub fn sole_interpolation(&self) -> Option<&Expr> {
        match self.parts.as_slice() {
            [Part::Interpolation(expr)] => Some(expr),
            _ => None,
        }
    }
}

impl Expr {
    /// The expression inside any parentheses.
    pub fn bare(&self) -> &Self {
        let mut expr = self;
        while let ExprKind::Parenthesis(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    /// The text of a literal string.
    pub fn literal_str(&self) -> Option<&str> {
        match &self.bare().kind {
            ExprKind::Literal(value) => value.as_str(),
            _ => None,
        }
    }
}
