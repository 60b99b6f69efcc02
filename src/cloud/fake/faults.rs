//! How a call meets the fake: faults, pages, and shares that are not found yet.

use crate::cloud::fake::{FakeClient, FakeShare, World};
use crate::cloud::{CloudError, ErrorKind, Page, PageRequest};
use crate::model::ShareArn;

/// Makes calls of one action fail.
pub(crate) struct Fault {
    pub action: &'static str,
    /// How many calls; counts down.
    pub times: usize,
    pub kind: ErrorKind,
    pub code: &'static str,
    pub message: &'static str,
    /// The call is carried out and its answer lost.
    pub carried_out: bool,
}

impl Fault {
    pub(crate) fn new(action: &'static str, times: usize, kind: ErrorKind) -> Self {
        Self { action, times, kind, code: "FakeException", message: "scripted", carried_out: false }
    }
}

impl FakeClient {
    /// Does a call: notes it, fails where a fault says so, else changes or reads the world.
    pub(super) async fn call<T>(
        &self,
        action: &'static str,
        act: impl FnOnce(&mut World) -> Result<T, CloudError>,
    ) -> Result<T, CloudError> {
        // Lets others in between, as a network does.
        tokio::task::yield_now().await;
        let mut world = self.cloud.world();
        world.calls.push(action.to_owned());
        let fault =
            world.faults.iter_mut().find(|fault| fault.action == action && fault.times > 0).map(|fault| {
                fault.times -= 1;
                let error = CloudError {
                    code: fault.code.into(),
                    maybe_done: fault.carried_out,
                    ..self.caller.error(fault.kind, action, fault.message)
                };
                (error, fault.carried_out)
            });
        match fault {
            Some((error, true)) => {
                act(&mut world)?;
                Err(error)
            }
            Some((error, false)) => Err(error),
            None => act(&mut world),
        }
    }

    /// Does a call that lists: one page of the rows.
    pub(super) async fn list<T>(
        &self,
        action: &'static str,
        page: &PageRequest,
        rows: impl FnOnce(&mut World) -> Result<Vec<T>, CloudError>,
    ) -> Result<Page<T>, CloudError> {
        self.call(action, |world| {
            let rows = rows(world)?;
            self.page_of(world, action, rows, page)
        })
        .await
    }

    fn page_of<T>(
        &self,
        world: &World,
        action: &'static str,
        rows: Vec<T>,
        page: &PageRequest,
    ) -> Result<Page<T>, CloudError> {
        if page.size > world.largest_page {
            return Err(self.caller.error(ErrorKind::PageSize, action, "maxResults is too large"));
        }
        let at = match &page.token {
            None if world.empty_first_page => return Ok(Page { items: vec![], next: Some("0".into()) }),
            None => 0,
            Some(token) => token.parse::<usize>().expect("a token of ours"),
        };
        let size = world.page.min(page.size.into());
        let total = rows.len();
        let items: Vec<T> = rows.into_iter().skip(at).take(size).collect();
        let next = (at + size < total).then(|| (at + size).to_string());
        Ok(Page { items, next })
    }

    /// A share, where it is visible by now.
    pub(super) fn visible<'w>(
        &self,
        world: &'w mut World,
        share: &ShareArn,
        action: &'static str,
    ) -> Result<&'w mut FakeShare, CloudError> {
        let unknown = || CloudError {
            code: "UnknownResourceException".into(),
            ..self.caller.error(
                ErrorKind::NotFound,
                action,
                format!("ResourceShare {share} could not be found."),
            )
        };
        let found = world.shares.get_mut(share).ok_or_else(unknown)?;
        if found.hidden > 0 {
            found.hidden -= 1;
            return Err(unknown());
        }
        Ok(found)
    }
}
