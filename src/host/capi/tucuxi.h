/* tucuxi: call any AWS service by name. Generated from the Rust files in this folder; do not edit.
 *
 * Errors. A function that can fail takes a `tucuxi_error **`. It sets `*error` to NULL, and on failure to a new error, and
 * returns NULL, false, or -1. The caller frees the error. NULL in place of the pointer discards errors.
 *
 * Ownership. What a function returns belongs to the caller, who frees it with the function that its type names, unless the
 * documentation calls it borrowed: a borrowed pointer is valid as long as the value that it comes from, unchanged.
 *
 * Threads. Objects and cancel handles can be used by any number of threads at the same time, and freed by any of them when
 * no other thread uses them. A value, an error, or settings belong to one thread at a time; several threads can read a value.
 *
 * Text is UTF-8. Arguments end with a NUL byte. Returned text has a length, and a NUL byte after it where stated.
 */

#ifndef TUCUXI_H
#define TUCUXI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A value. Free it with `tucuxi_value_free`.
typedef struct tucuxi_value tucuxi_value;

// The type of a value.
typedef enum {
  // No value.
  TUCUXI_NULL,
  // A boolean.
  TUCUXI_BOOL,
  // An integer of 64 bits.
  TUCUXI_INT,
  // A float.
  TUCUXI_FLOAT,
  // A number whose digits count: a decimal, or an integer beyond 64 bits.
  TUCUXI_NUMBER,
  // Text in UTF-8.
  TUCUXI_STRING,
  // Binary data.
  TUCUXI_BYTES,
  // A timestamp.
  TUCUXI_TIMESTAMP,
  // A list.
  TUCUXI_LIST,
  // A map with text as keys, in order.
  TUCUXI_MAP,
  // A set, as DynamoDB has them.
  TUCUXI_SET,
  // A body or a stream of events.
  TUCUXI_STREAM,
} tucuxi_type;

// A handle that cancels calls. Free it with `tucuxi_cancel_free`.
typedef struct tucuxi_cancel tucuxi_cancel;

// An error. Free it with `tucuxi_error_free`.
typedef struct tucuxi_error tucuxi_error;

// A session, client, resource, collection, paginator, iteration, waiter, stream, or stubber. Free it with `tucuxi_free`.
typedef struct tucuxi_object tucuxi_object;

// The settings of one call. A call that receives them frees them.
typedef struct tucuxi_settings tucuxi_settings;

// A session.
typedef tucuxi_object tucuxi_session;

// Returns a map with `access_key`, `secret_key`, and optionally `token`, `account_id`, and `expires` (a timestamp), which the library
// frees; or null on failure.
typedef tucuxi_value *(*tucuxi_credentials_callback)(void *user_data);

// A client of a service.
typedef tucuxi_object tucuxi_client;

// A resource.
typedef tucuxi_object tucuxi_resource;

// Pages, items, or objects, in order: what `tucuxi_next` returns one after the other.
typedef tucuxi_object tucuxi_iteration;

// A body or a stream of events.
typedef tucuxi_object tucuxi_stream;

// Called with the data of an event: `name`, `stage`, `service`, `operation`, `region`, `params`, `request`, `response`, and others,
// as far as the stage has them. Returns null, or a map with changes of the same form, which the library frees. A change `error`,
// a text, makes the call fail with it.
typedef tucuxi_value *(*tucuxi_hook_callback)(void *user_data, const tucuxi_value *event);

// Receives the number of bytes that were sent or received since the last time; negative if they must be sent again. Returns
// whether the transfer continues.
typedef bool (*tucuxi_progress_callback)(void *user_data, int64_t bytes);

// Receives the bytes of a download in order. Returns whether the transfer continues.
typedef bool (*tucuxi_write_callback)(void *user_data, const uint8_t *data, size_t length);

// Reads up to `capacity` bytes into `buffer`. Returns how many it read, 0 at the end, or -1 on failure.
typedef ptrdiff_t (*tucuxi_read_callback)(void *user_data, uint8_t *buffer, size_t capacity);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Returns the name that a boto3 user would catch, such as `NoSuchBucket` or `ParamValidationError`. Borrowed, with a NUL byte.
//
// # Safety
// `error` is valid.
const char *tucuxi_error_name(const tucuxi_error *error);

// Returns the code of a service's error, or null. Borrowed, with a NUL byte.
//
// # Safety
// `error` is valid.
const char *tucuxi_error_code(const tucuxi_error *error);

// Returns the message without the circumstances. Borrowed, with a NUL byte.
//
// # Safety
// `error` is valid.
const char *tucuxi_error_message(const tucuxi_error *error);

// Returns the complete text: operation, code, message, status, request ID, attempts, and host. Borrowed, with a NUL byte.
//
// # Safety
// `error` is valid.
const char *tucuxi_error_text(const tucuxi_error *error);

// Returns the service's request ID, or null. Borrowed, with a NUL byte.
//
// # Safety
// `error` is valid.
const char *tucuxi_error_request_id(const tucuxi_error *error);

// Returns the HTTP status, or 0 if there was no response.
//
// # Safety
// `error` is valid.
uint16_t tucuxi_error_status(const tucuxi_error *error);

// Returns whether a later attempt can succeed.
//
// # Safety
// `error` is valid.
bool tucuxi_error_is_retryable(const tucuxi_error *error);

// Returns all fields of the error as a map: `name`, `kind`, `message`, `code`, `details`, `response`, and others. Null for a null
// error.
//
// # Safety
// `error` is valid.
tucuxi_value *tucuxi_error_value(const tucuxi_error *error);

// Frees an error.
//
// # Safety
// `error` is null or valid, and is not used afterwards.
void tucuxi_error_free(tucuxi_error *error);

// Returns the version of the library. With a NUL byte; never freed.
const char *tucuxi_version(void);

// Creates a session. `options`, which can be null, is a map with boto3's names: `region_name`, `profile_name`, `aws_access_key_id`,
// `aws_secret_access_key`, `aws_session_token`, and `config`, a map of options for all clients. It opens no connection.
//
// # Safety
// `options` is null or valid, and `error` is null or can be written to.
tucuxi_session *tucuxi_session_new(const tucuxi_value *options,
                                   tucuxi_error **error);

// Creates a session whose credentials come from a callback. They are renewed before they expire. Any thread can call the callback.
//
// # Safety
// `options` is null or valid, and `error` is null or can be written to. Any thread can use `user_data`; `free_user_data`, if it is not
// null, is called once when it is not used any more.
tucuxi_session *tucuxi_session_new_with_credentials(const tucuxi_value *options,
                                                    tucuxi_credentials_callback credentials,
                                                    void *user_data,
                                                    void (*free_user_data)(void*),
                                                    tucuxi_error **error);

// Creates a client. `options`, which can be null, is a map with boto3's names: `region_name`, `endpoint_url`, `verify`, `config`, ….
//
// # Safety
// `session` is valid, `service` ends with a NUL byte, `options` is null or valid, and `error` is null or can be written to.
tucuxi_client *tucuxi_session_client(const tucuxi_session *session,
                                     const char *service,
                                     const tucuxi_value *options,
                                     tucuxi_error **error);

// Creates a resource of a service, such as `s3` or `dynamodb`. The arguments are those of `tucuxi_session_client`.
//
// # Safety
// As for `tucuxi_session_client`.
tucuxi_resource *tucuxi_session_resource(const tucuxi_session *session,
                                         const char *service,
                                         const tucuxi_value *options,
                                         tucuxi_error **error);

// Calls an operation or another method whose result is a value. `params` can be null, and `settings` too; the call frees the settings.
//
// # Safety
// `object` is valid, `name` ends with a NUL byte, `params` is null or valid, `settings` is null or valid and not used afterwards, and
// `error` is null or can be written to.
tucuxi_value *tucuxi_call(const tucuxi_object *object,
                          const char *name,
                          const tucuxi_value *params,
                          tucuxi_settings *settings,
                          tucuxi_error **error);

// Calls a method whose result is an object: a resource's action, `get_paginator`, a collection's `filter` or `iterate`, …. The
// parameter of a sub-resource such as `Bucket` is `identifiers`, a list or a map. Several objects are returned as an iteration.
//
// # Safety
// As for `tucuxi_call`.
tucuxi_object *tucuxi_open(const tucuxi_object *object,
                           const char *name,
                           const tucuxi_value *params,
                           tucuxi_settings *settings,
                           tucuxi_error **error);

// Returns an attribute that is a value. Attributes of resources are loaded at their first use.
//
// # Safety
// `object` is valid, `name` ends with a NUL byte, and `error` is null or can be written to.
tucuxi_value *tucuxi_get(const tucuxi_object *object, const char *name, tucuxi_error **error);

// Returns an attribute that is an object: a reference or a collection of a resource.
//
// # Safety
// As for `tucuxi_get`.
tucuxi_object *tucuxi_get_object(const tucuxi_object *object, const char *name, tucuxi_error **error);

// Returns the pages of an operation. The arguments are those of `tucuxi_call`.
//
// # Safety
// As for `tucuxi_call`.
tucuxi_iteration *tucuxi_paginate(const tucuxi_client *client,
                                  const char *operation,
                                  const tucuxi_value *params,
                                  tucuxi_settings *settings,
                                  tucuxi_error **error);

// Waits until a condition is met. The arguments are those of `tucuxi_call`; `params` can contain `WaiterConfig`.
//
// # Safety
// As for `tucuxi_call`.
bool tucuxi_wait(const tucuxi_client *client,
                 const char *waiter,
                 const tucuxi_value *params,
                 tucuxi_settings *settings,
                 tucuxi_error **error);

// Takes the next page, item, event, or object. Returns 1 if there is one, 0 at the end, and -1 on failure. It is stored in `*value` or
// in `*object`, and the other is set to null. A null pointer discards that kind.
//
// # Safety
// `iteration` is valid; the other pointers are null or can be written to.
int32_t tucuxi_next(const tucuxi_iteration *iteration,
                    tucuxi_value **value,
                    tucuxi_object **object,
                    tucuxi_error **error);

// Takes the content of a stream in a response, such as the `Body` of `get_object`. Bodies are read with `tucuxi_read`, events with
// `tucuxi_next`.
//
// # Safety
// `stream` is valid, and `error` is null or can be written to.
tucuxi_stream *tucuxi_value_open_stream(const tucuxi_value *stream,
                                        tucuxi_error **error);

// Reads up to `capacity` bytes. Returns how many were read, fewer than requested only at the end, and -1 on failure.
//
// # Safety
// `stream` is valid, `buffer` has `capacity` bytes, and `error` is null or can be written to.
ptrdiff_t tucuxi_read(const tucuxi_stream *stream, uint8_t *buffer, size_t capacity, tucuxi_error **error);

// Registers a hook of a client, or of a session for the clients that it creates later. `event` has boto3's form:
// `before-sign.s3.PutObject`. The callback is called by the threads that make the calls.
//
// # Safety
// `object` is valid, `event` ends with a NUL byte, and `error` is null or can be written to. Any thread can use `user_data`;
// `free_user_data`, if it is not null, is called once when it is not used any more.
bool tucuxi_on(const tucuxi_object *object,
               const char *event,
               tucuxi_hook_callback hook,
               void *user_data,
               void (*free_user_data)(void*),
               tucuxi_error **error);

// Lists the members of an object: maps with `name`, `kind`, `parameters` in their positional order, and `help`.
//
// # Safety
// `object` is valid, and `error` is null or can be written to.
tucuxi_value *tucuxi_members(const tucuxi_object *object, tucuxi_error **error);

// Returns whether an object has a member of that name.
//
// # Safety
// `object` is null or valid, and `name` ends with a NUL byte.
bool tucuxi_has(const tucuxi_object *object, const char *name);

// Describes an operation of a client: its input, output, and errors. For a resource, `name` can be null.
//
// # Safety
// `object` is valid, `name` is null or ends with a NUL byte, and `error` is null or can be written to.
tucuxi_value *tucuxi_describe(const tucuxi_object *object, const char *name, tucuxi_error **error);

// Returns the kind of an object: `session`, `client`, `resource`, `collection`, `paginator`, `pages`, `waiter`, `stream`, `stubber`, or
// `objects`. With a NUL byte; never freed. Null for a null pointer.
//
// # Safety
// `object` is null or valid.
const char *tucuxi_kind(const tucuxi_object *object);

// Returns a short text for a debugger, with a NUL byte. Free it with `tucuxi_string_free`.
//
// # Safety
// `object` is null or valid.
char *tucuxi_repr(const tucuxi_object *object);

// Releases what an object holds open: the connection of a stream, the rest of an iteration, the hooks of a stubber. The object can still
// be used; a closed stream or iteration returns errors.
//
// # Safety
// `object` is null or valid.
void tucuxi_close(const tucuxi_object *object);

// Frees an object. What was created from it stays valid.
//
// # Safety
// `object` is null or valid, and is not used afterwards.
void tucuxi_free(tucuxi_object *object);

// Returns settings without effect.
tucuxi_settings *tucuxi_settings_new(void);

// Limits the total time of the call, in milliseconds, including retries and the retrieval of credentials.
//
// # Safety
// `settings` is null or valid.
void tucuxi_settings_deadline(tucuxi_settings *settings, uint64_t milliseconds);

// Lets `cancel` stop the call. The handle stays the caller's, and can be used for several calls and freed before they end.
//
// # Safety
// `settings` and `cancel` are null or valid.
void tucuxi_settings_cancel(tucuxi_settings *settings,
                            const tucuxi_cancel *cancel);

// Adds a header to the request.
//
// # Safety
// `settings` is valid, `name` and `value` end with a NUL byte, and `error` is null or can be written to.
bool tucuxi_settings_header(tucuxi_settings *settings, const char *name, const char *value, tucuxi_error **error);

// Reports the progress of a transfer. The callback is called by threads of the transfer, by one at a time.
//
// # Safety
// `settings` is null or valid. Any thread can use `user_data`; `free_user_data`, if it is not null, is called once when it is not
// used any more.
void tucuxi_settings_progress(tucuxi_settings *settings,
                              tucuxi_progress_callback progress,
                              void *user_data,
                              void (*free_user_data)(void*));

// Sets the destination of `download_fileobj`. The callback is called by one thread at a time.
//
// # Safety
// As for `tucuxi_settings_progress`.
void tucuxi_settings_writer(tucuxi_settings *settings,
                            tucuxi_write_callback write,
                            void *user_data,
                            void (*free_user_data)(void*));

// Sets the client that reads the source of `copy`.
//
// # Safety
// `settings` and `client` are valid, and `error` is null or can be written to.
bool tucuxi_settings_source_client(tucuxi_settings *settings, const tucuxi_object *client, tucuxi_error **error);

// Frees settings that no call received.
//
// # Safety
// `settings` is null or valid, and is not used afterwards.
void tucuxi_settings_free(tucuxi_settings *settings);

// Returns a handle that cancels calls.
tucuxi_cancel *tucuxi_cancel_new(void);

// Ends the calls that have the handle, and those that receive it later, with an error named `Canceled`. Any thread can call it.
//
// # Safety
// `cancel` is null or valid.
void tucuxi_cancel_cancel(const tucuxi_cancel *cancel);

// Frees a handle. The calls that have it are not affected.
//
// # Safety
// `cancel` is null or valid, and is not used afterwards.
void tucuxi_cancel_free(tucuxi_cancel *cancel);

// Returns null.
tucuxi_value *tucuxi_value_new_null(void);

// Returns a boolean.
tucuxi_value *tucuxi_value_new_bool(bool value);

// Returns an integer.
tucuxi_value *tucuxi_value_new_int(int64_t value);

// Returns a float.
tucuxi_value *tucuxi_value_new_float(double value);

// Returns a number with these digits, such as `3.10` or `1E+100`.
//
// # Safety
// `digits` ends with a NUL byte; `error` is null or can be written to.
tucuxi_value *tucuxi_value_new_number(const char *digits, tucuxi_error **error);

// Returns text. The argument is copied.
//
// # Safety
// `string` ends with a NUL byte; `error` is null or can be written to.
tucuxi_value *tucuxi_value_new_string(const char *string, tucuxi_error **error);

// Returns binary data. The argument is copied.
//
// # Safety
// `data` has `length` bytes, and can be null if that is 0; `error` is null or can be written to.
tucuxi_value *tucuxi_value_new_bytes(const uint8_t *data, size_t length, tucuxi_error **error);

// Returns a timestamp from its text in ISO 8601 or another notation that AWS uses.
//
// # Safety
// `string` ends with a NUL byte; `error` is null or can be written to.
tucuxi_value *tucuxi_value_new_timestamp(const char *string, tucuxi_error **error);

// Returns an empty list.
tucuxi_value *tucuxi_value_new_list(void);

// Returns an empty map.
tucuxi_value *tucuxi_value_new_map(void);

// Returns an empty set.
tucuxi_value *tucuxi_value_new_set(void);

// Returns a stream that is read from a callback while it is sent. `length` is the number of bytes, or -1 if it is unknown.
// `free_user_data`, if it is not null, is called once when the stream is not used any more. The callback can be called by
// another thread than the caller's, but by one at a time.
tucuxi_value *tucuxi_value_new_stream(tucuxi_read_callback read,
                                      void *user_data,
                                      void (*free_user_data)(void*),
                                      int64_t length);

// Parses JSON. Types that JSON lacks are tagged: `{"$bytes": "aGk="}`, `{"$timestamp": "2015-01-25T08:00:00Z"}`,
// `{"$float": "NaN"}`, `{"$set": ["a"]}`.
//
// # Safety
// `json` ends with a NUL byte; `error` is null or can be written to.
tucuxi_value *tucuxi_value_from_json(const char *json, tucuxi_error **error);

// Returns a value as JSON, tagged as for `tucuxi_value_from_json`, with a NUL byte. Free it with `tucuxi_string_free`.
//
// # Safety
// `value` is null or valid.
char *tucuxi_value_to_json(const tucuxi_value *value);

// Frees text that a function returned for it.
//
// # Safety
// `string` is null or was returned by such a function, and is not used afterwards.
void tucuxi_string_free(char *string);

// Returns the type of a value. A null pointer has the type null.
//
// # Safety
// `value` is null or valid.
tucuxi_type tucuxi_value_type(const tucuxi_value *value);

// Returns a boolean, or `otherwise` for a value of another type.
//
// # Safety
// `value` is null or valid.
bool tucuxi_value_bool(const tucuxi_value *value, bool otherwise);

// Returns an integer, or `otherwise` for a value that is none.
//
// # Safety
// `value` is null or valid.
int64_t tucuxi_value_int(const tucuxi_value *value, int64_t otherwise);

// Returns a number as a float, or `otherwise` for a value that is none.
//
// # Safety
// `value` is null or valid.
double tucuxi_value_float(const tucuxi_value *value, double otherwise);

// Returns text, or null for a value of another type. Borrowed, without a NUL byte; `*length` is its length in bytes.
//
// # Safety
// `value` is null or valid; `length` can be written to.
const char *tucuxi_value_string(const tucuxi_value *value, size_t *length);

// Returns binary data, or null for a value of another type. Borrowed; `*length` is its length in bytes.
//
// # Safety
// `value` is null or valid; `length` can be written to.
const uint8_t *tucuxi_value_bytes(const tucuxi_value *value, size_t *length);

// Returns a scalar as text with a NUL byte: text, the digits of a number, a timestamp in ISO 8601. Null for other types, and for
// text that contains a NUL byte. Free it with `tucuxi_string_free`.
//
// # Safety
// `value` is null or valid.
char *tucuxi_value_text(const tucuxi_value *value);

// Returns the number of values in a list, map, or set; 0 for other types.
//
// # Safety
// `value` is null or valid.
size_t tucuxi_value_length(const tucuxi_value *value);

// Returns the value at an index of a list, map, or set, or null. Borrowed.
//
// # Safety
// `value` is null or valid.
const tucuxi_value *tucuxi_value_at(const tucuxi_value *value, size_t index);

// Returns the key at an index of a map, or null. Borrowed, without a NUL byte; `*length` is its length in bytes.
//
// # Safety
// `value` is null or valid; `length` can be written to.
const char *tucuxi_value_key(const tucuxi_value *value, size_t index, size_t *length);

// Returns the value of a key of a map, or null. Borrowed. A null pointer has no keys, so that calls can be nested.
//
// # Safety
// `value` is null or valid; `key` ends with a NUL byte.
const tucuxi_value *tucuxi_value_get(const tucuxi_value *value, const char *key);

// Evaluates a JMESPath expression.
//
// # Safety
// `value` is valid, `expression` ends with a NUL byte, and `error` is null or can be written to.
tucuxi_value *tucuxi_value_search(const tucuxi_value *value, const char *expression, tucuxi_error **error);

// Appends to a list, or adds to a set. `item` belongs to the list afterwards, also on failure.
//
// # Safety
// `list` and `item` are valid, and `error` is null or can be written to.
bool tucuxi_value_push(tucuxi_value *list, tucuxi_value *item, tucuxi_error **error);

// Sets a key of a map. `item` belongs to the map afterwards, also on failure.
//
// # Safety
// `map` and `item` are valid, `key` ends with a NUL byte, and `error` is null or can be written to.
bool tucuxi_value_set(tucuxi_value *map, const char *key, tucuxi_value *item, tucuxi_error **error);

// Copies a value. Text, binary data, and collections are shared until one of the copies changes.
//
// # Safety
// `value` is null or valid.
tucuxi_value *tucuxi_value_clone(const tucuxi_value *value);

// Returns whether two values are equal. Streams equal nothing.
//
// # Safety
// `one` and `other` are null or valid.
bool tucuxi_value_equal(const tucuxi_value *one, const tucuxi_value *other);

// Frees a value.
//
// # Safety
// `value` is null or valid and not borrowed, and is not used afterwards.
void tucuxi_value_free(tucuxi_value *value);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* TUCUXI_H */
