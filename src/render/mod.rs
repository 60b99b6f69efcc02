//! Faces for people: text, Markdown, HTML, marks of GitHub. Foreign text is escaped here, once per format.

mod checks;
mod consent;
mod coverage;
mod diagnostics;
mod drift;
mod escape;
mod github;
mod graph;
mod html;
mod invitation;
mod left;
mod markdown;
mod outcome;
mod partial;
mod parts;
mod permission;
mod plan;
mod report;
mod rows;
mod segments;
mod style;
mod usage;
mod valid;
mod wrap;

pub use consent::{allow_flags, shell_word};
pub use diagnostics::DiagnosticsView;
pub use drift::DriftView;
pub use escape::{Escaped, escape};
pub use github::GithubView;
pub use graph::{GraphFormat, GraphView};
pub use html::HtmlView;
pub use markdown::{COMMENT_LIMIT, MarkdownView};
pub use outcome::{OutcomeView, Rerun, StepView};
pub use plan::PlanView;
pub use report::{Found, Report};
pub use style::{Painted, Styles, paint};
pub use valid::ValidView;
pub use wrap::wrap;

#[cfg(test)]
mod access_laws;
#[cfg(test)]
mod tests;
