//! Whole listings over the ports: what both reading and applying ask for.

use std::collections::BTreeSet;
use std::future::Future;

use crate::cloud::{
    AssociationKind, Caller, CloudError, ErrorKind, IamRead, OrgRead, Page, PageRequest, RamRead, RoleState,
    ShareScope,
};
use crate::live::{
    AssociationRow, InvitationRow, PermissionDetail, PermissionRow, ReceivedResourceRow, ShareRow, SourceRow,
};
use crate::model::{PermissionArn, ShareArn};

/// The most that a listing of RAM gives per page (`maxResults` 1 to 500 in the service model).
pub(crate) const RAM_PAGE: u16 = 500;

/// Organizations gives at most 20 rows a page.
pub(crate) const ORG_PAGE: u16 = 20;

/// Resource Groups Tagging gives at most 100 rows a page.
pub(crate) const TAG_PAGE: u16 = 100;

/// EC2 gives 5 to 1,000 rows a page.
pub(crate) const EC2_PAGE: u16 = 1000;

/// The service principal of RAM and its service-linked role.
pub(crate) const RAM_SERVICE: &str = "ram.amazonaws.com";
pub(crate) const RAM_ROLE: &str = "AWSServiceRoleForResourceAccessManager";

/// The page size that every operation takes: the fall-back where a bigger one is refused.
const SAFE_PAGE: u16 = 100;

/// Reads all rows of a listing.
///
/// Pages may be short or empty while there is more, so only a missing token ends it. A token that comes back a second time
/// would go round for ever, and stopping there would pass off part of a listing as the whole: it is an error.
pub(crate) async fn all_pages<T, R, F>(
    caller: &Caller,
    action: &'static str,
    size: u16,
    mut read: R,
) -> Result<Vec<T>, CloudError>
where
    R: FnMut(PageRequest) -> F,
    F: Future<Output = Result<Page<T>, CloudError>>,
{
    let mut request = PageRequest::first(size);
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    loop {
        match read(request.clone()).await {
            Ok(page) => {
                rows.extend(page.items);
                let Some(token) = page.next else { return Ok(rows) };
                if !seen.insert(token.clone()) {
                    return Err(caller.error(
                        ErrorKind::Unreadable,
                        action,
                        "the listing gave the same page token twice, so its end cannot be reached",
                    ));
                }
                request.token = Some(token);
            }
            Err(error) if error.kind == ErrorKind::PageSize && request.size > SAFE_PAGE => {
                request = PageRequest::first(SAFE_PAGE);
                rows.clear();
                seen.clear();
            }
            Err(error) => return Err(error),
        }
    }
}

/// The row of one share. An ARN that RAM does not know is none, not an error.
pub(crate) async fn share_row<R: RamRead>(ram: &R, share: &ShareArn) -> Result<Option<ShareRow>, CloudError> {
    let one = &ShareScope::One(share.clone());
    let rows = all_pages(ram.caller(), "ram:GetResourceShares", RAM_PAGE, |page| async move {
        ram.get_resource_shares(one, &page).await
    })
    .await;
    match rows {
        Ok(rows) => Ok(rows.into_iter().find(|row| row.arn == *share)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The principals or resources in a scope.
pub(crate) async fn associations<R: RamRead>(
    ram: &R,
    kind: AssociationKind,
    scope: &ShareScope,
    size: u16,
) -> Result<Vec<AssociationRow>, CloudError> {
    all_pages(ram.caller(), "ram:GetResourceShareAssociations", size, |page| async move {
        ram.get_resource_share_associations(kind, scope, &page).await
    })
    .await
}

/// The sources in a scope.
pub(crate) async fn sources<R: RamRead>(
    ram: &R,
    scope: &ShareScope,
    size: u16,
) -> Result<Vec<SourceRow>, CloudError> {
    all_pages(ram.caller(), "ram:ListSourceAssociations", size, |page| async move {
        ram.list_source_associations(scope, &page).await
    })
    .await
}

/// Invitations that the account received.
pub(crate) async fn invitations<R: RamRead>(
    ram: &R,
    scope: &ShareScope,
    size: u16,
) -> Result<Vec<InvitationRow>, CloudError> {
    all_pages(ram.caller(), "ram:GetResourceShareInvitations", size, |page| async move {
        ram.get_resource_share_invitations(scope, &page).await
    })
    .await
}

/// Shares of others that the account sees. One that it does not see, or not yet, is no row and no error.
pub(crate) async fn received_shares<R: RamRead>(
    ram: &R,
    scope: &ShareScope,
    size: u16,
) -> Result<Vec<ShareRow>, CloudError> {
    let rows = all_pages(ram.caller(), "ram:GetResourceShares", size, |page| async move {
        ram.get_received_shares(scope, &page).await
    })
    .await;
    match (rows, scope) {
        (Err(error), ShareScope::One(_)) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
        (rows, _) => rows,
    }
}

/// What is on shares of others that the account sees.
pub(crate) async fn received_resources<R: RamRead>(
    ram: &R,
    shares: &[ShareArn],
    size: u16,
) -> Result<Vec<ReceivedResourceRow>, CloudError> {
    all_pages(ram.caller(), "ram:ListResources", size, |page| async move {
        ram.list_received_resources(shares, &page).await
    })
    .await
}

/// The permissions of one share.
pub(crate) async fn share_permissions<R: RamRead>(
    ram: &R,
    share: &ShareArn,
) -> Result<Vec<PermissionRow>, CloudError> {
    all_pages(ram.caller(), "ram:ListResourceSharePermissions", RAM_PAGE, |page| async move {
        ram.list_resource_share_permissions(share, &page).await
    })
    .await
}

/// One version of a permission, the default where none is named. What RAM does not know, or calls deleted, is none.
pub(crate) async fn permission_there<R: RamRead>(
    ram: &R,
    permission: &PermissionArn,
    version: Option<&str>,
) -> Result<Option<PermissionDetail>, CloudError> {
    match ram.get_permission(permission, version).await {
        Ok(found) if found.status.starts_with("DELET") => Ok(None),
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The two facts behind organization sharing: whether RAM has trusted access, and whether its role exists.
///
/// Both are only seen from the management account.
pub(crate) async fn sharing_facts<O: OrgRead, I: IamRead>(
    org: &O,
    iam: &I,
) -> Result<(bool, bool), CloudError> {
    let services = all_pages(
        org.caller(),
        "organizations:ListAWSServiceAccessForOrganization",
        ORG_PAGE,
        |page| async move { org.list_aws_service_access(&page).await },
    )
    .await?;
    let role = iam.get_role(RAM_ROLE).await?;
    Ok((services.iter().any(|service| service == RAM_SERVICE), role == RoleState::Exists))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::model::AccountId;

    fn caller() -> Caller {
        let account = AccountId::parse("222222222222").expect("valid");
        Caller { account, region: None, name: "a test".into() }
    }

    fn page(items: &[u8], next: Option<&str>) -> Result<Page<u8>, CloudError> {
        Ok(Page { items: items.to_vec(), next: next.map(Into::into) })
    }

    /// Reads a listing whose n-th call gives the n-th answer, and what was asked.
    async fn listing(
        answers: Vec<Result<Page<u8>, CloudError>>,
    ) -> (Result<Vec<u8>, CloudError>, Vec<PageRequest>) {
        let asked = RefCell::new(Vec::new());
        let answers = RefCell::new(answers.into_iter());
        let result = all_pages(&caller(), "ram:X", 500, |request| {
            asked.borrow_mut().push(request);
            let answer = answers.borrow_mut().next().expect("no more calls than answers");
            async move { answer }
        })
        .await;
        (result, asked.into_inner())
    }

    #[tokio::test]
    async fn an_empty_page_with_a_token_is_not_the_end() {
        let (rows, asked) = listing(vec![
            page(&[], Some("a")),
            page(&[1], Some("b")),
            page(&[], Some("c")),
            page(&[2], None),
        ])
        .await;
        assert_eq!(rows.expect("read"), [1, 2]);
        assert_eq!(asked.len(), 4);
    }

    #[tokio::test]
    async fn a_token_that_comes_twice_is_an_error_and_not_the_end() {
        let (rows, asked) = listing(vec![page(&[1], Some("a")), page(&[2], Some("a"))]).await;
        assert_eq!(rows.expect_err("incomplete").kind, ErrorKind::Unreadable);
        assert_eq!(asked.len(), 2);
    }

    #[tokio::test]
    async fn a_refused_page_size_starts_over_with_a_hundred() {
        let refused = caller().error(ErrorKind::PageSize, "ram:X", "");
        let (rows, asked) = listing(vec![
            page(&[1], Some("a")),
            Err(refused.clone()),
            page(&[1], Some("a")),
            page(&[2], None),
        ])
        .await;
        assert_eq!(rows.expect("read"), [1, 2]);
        assert_eq!(asked.iter().map(|request| request.size).collect::<Vec<_>>(), [500, 500, 100, 100]);
        assert_eq!(asked[2].token, None);

        let (rows, _) = listing(vec![Err(refused.clone()), Err(refused)]).await;
        assert_eq!(rows.expect_err("refused twice").kind, ErrorKind::PageSize);
    }
}
