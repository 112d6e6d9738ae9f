//! The userdata of Lua: objects, errors, and tokens for cancellation.

use std::sync::Arc;

use mlua::{FromLua, Lua, MetaMethod, UserData, UserDataFields, UserDataMethods, Value as LuaValue};

use super::convert::to_lua;
use super::support;
use crate::error::Error;
use crate::host::bridge::Object;
use crate::http::Cancel;
use crate::value::Value;

/// An object of the bridge.
pub(super) struct Handle(pub(super) Arc<Object>);

impl Handle {
    pub(super) fn new(object: Object) -> Handle {
        Handle(Arc::new(object))
    }
}

impl UserData for Handle {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "tucuxi.object");
        // They are written in Lua, because they raise errors as they are.
        for name in [MetaMethod::Index, MetaMethod::Call, MetaMethod::Close, MetaMethod::ToString] {
            fields.add_meta_field_with(name, move |lua: &Lua| {
                support(lua)?.raw_get::<mlua::Table>("object")?.raw_get::<mlua::Function>(name.name())
            });
        }
    }
}

/// An error of a call: its fields are those of [`Error::to_value`].
pub(super) struct LuaError(pub(super) Error);

impl UserData for LuaError {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "tucuxi.error");
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| Ok(this.0.to_string()));
        methods.add_meta_method(MetaMethod::Index, |lua, this, name: LuaValue| {
            let data = this.0.to_value();
            match String::from_lua(name, lua).ok().and_then(|name| data.get(&name).cloned()) {
                None | Some(Value::Null) => Ok(LuaValue::Nil),
                Some(value) => to_lua(lua, &value),
            }
        });
    }
}

/// A token that cancels the calls that it is passed to.
pub(super) struct CancelToken(pub(super) Cancel);

impl UserData for CancelToken {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("cancel", |_, this, ()| {
            this.0.cancel();
            Ok(())
        });
        methods.add_method("is_canceled", |_, this, ()| Ok(this.0.is_canceled()));
    }
}
