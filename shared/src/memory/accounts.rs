//! Accounts in memory.

use super::Memory;
use crate::{
    domain::{AttemptKey, User, UserId},
    ports::{
        Account, Change, CreateUser, Creation, EnableUser, FindAccount, FindAccountById, FindUser, FindUserByEmail,
        Grants, NewUser, RenameUser, ReplacePasswordHash, SetGrants, Stored,
    },
};

impl CreateUser for Memory {
    async fn create_user(&self, new: &NewUser) -> Stored<Creation> {
        let mut state = self.state();
        if state.markers.contains_key(&new.user.canonical_email) {
            return Ok(Creation::EmailTaken);
        }
        let account = Account {
            user: new.user.clone(),
            password_hash: new.password_hash.clone(),
            password_epoch: new.user.epoch,
        };
        state.markers.insert(new.user.canonical_email.clone(), new.user.id);
        state.accounts.insert(new.user.id, account);
        Ok(Creation::Created)
    }
}

impl FindAccount for Memory {
    async fn find_account(&self, canonical_email: &str, attempts: &AttemptKey) -> Stored<(Option<Account>, u32)> {
        let state = self.state();
        let user_id = state.markers.get(canonical_email);
        let account = user_id.and_then(|user_id| state.accounts.get(user_id)).cloned();
        Ok((account, state.attempts.get(attempts).copied().unwrap_or(0)))
    }
}

impl FindAccountById for Memory {
    async fn find_account_by_id(&self, user_id: UserId) -> Stored<Option<Account>> {
        Ok(self.state().accounts.get(&user_id).cloned())
    }
}

impl FindUser for Memory {
    async fn find_user(&self, user_id: UserId) -> Stored<Option<User>> {
        Ok(self.state().accounts.get(&user_id).map(|account| account.user.clone()))
    }
}

impl FindUserByEmail for Memory {
    async fn find_user_by_email(&self, canonical_email: &str) -> Stored<Option<User>> {
        let state = self.state();
        let account = state.markers.get(canonical_email).and_then(|user_id| state.accounts.get(user_id));
        Ok(account.map(|account| account.user.clone()))
    }
}

impl SetGrants for Memory {
    async fn set_grants(&self, user_id: UserId, grants: &Grants) -> Stored<Option<User>> {
        Ok(self.change_user(user_id, |user| match grants {
            Grants::Roles(words) => user.roles = words.as_slice().to_vec(),
            Grants::Scopes(words) => user.scopes = words.as_slice().to_vec(),
        }))
    }
}

impl EnableUser for Memory {
    async fn enable_user(&self, user_id: UserId) -> Stored<Option<User>> {
        Ok(self.change_user(user_id, |user| user.disabled = false))
    }
}

impl Memory {
    fn change_user(&self, user_id: UserId, change: impl FnOnce(&mut User)) -> Option<User> {
        let mut state = self.state();
        let account = state.accounts.get_mut(&user_id)?;
        change(&mut account.user);
        Some(account.user.clone())
    }
}

impl RenameUser for Memory {
    async fn rename_user(&self, user_id: UserId, epoch: u64, name: Option<&str>) -> Stored<Change> {
        let mut state = self.state();
        let Some(account) = state.accounts.get_mut(&user_id).filter(|account| account.user.epoch == epoch) else {
            return Ok(Change::Stale);
        };
        account.user.name = name.map(str::to_owned);
        Ok(Change::Done)
    }
}

impl ReplacePasswordHash for Memory {
    async fn replace_password_hash(&self, user_id: UserId, epoch: u64, verified: &str, new: &str) -> Stored<Change> {
        let mut state = self.state();
        let unchanged = |account: &&mut Account| account.password_epoch == epoch && account.password_hash == verified;
        let Some(account) = state.accounts.get_mut(&user_id).filter(unchanged) else {
            return Ok(Change::Stale);
        };
        account.password_hash = new.to_owned();
        Ok(Change::Done)
    }
}
