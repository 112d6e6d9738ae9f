/* The steps of the shared scenario in C: scenario DESCRIPTION URL BUCKET FOLDER. Prints the results as a JSON object. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tucuxi.h"

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "scenario.c:%d: %s does not hold\n", __LINE__, #condition);  \
            exit(1);                                                                     \
        }                                                                                \
    } while (0)

static const char *url, *bucket, *folder;
static const tucuxi_value *given;
static tucuxi_session *session;
static tucuxi_client *s3;
static char *vpc_id;

static void no_error(tucuxi_error *error, int line)
{
    if (error) {
        fprintf(stderr, "scenario.c:%d: %s\n", line, tucuxi_error_text(error));
        exit(1);
    }
}
#define OK(error) no_error(error, __LINE__)

/* Texts live until the end of the program. */
static char *text(const tucuxi_value *value) { return tucuxi_value_text(value); }
static char *give(const char *name) { return text(tucuxi_value_get(given, name)); }
static int is(const char *one, const char *other) { return strcmp(one, other) == 0; }

static tucuxi_value *string(const char *content)
{
    tucuxi_error *error;
    tucuxi_value *value = tucuxi_value_new_string(content, &error);
    OK(error);
    return value;
}

static void set(tucuxi_value *map, const char *key, tucuxi_value *value)
{
    tucuxi_error *error;
    tucuxi_value_set(map, key, value, &error);
    OK(error);
}

/* A value of JSON in which the quotes are single ones, with the arguments in place of %s and %d. */
static tucuxi_value *json(const char *format, ...)
{
    char quoted[4096], filled[8192];
    tucuxi_error *error;
    size_t length = strlen(format);
    CHECK(length < sizeof quoted);
    for (size_t i = 0; i <= length; i++)
        quoted[i] = format[i] == '\'' ? '"' : format[i];
    va_list arguments;
    va_start(arguments, format);
    CHECK(vsnprintf(filled, sizeof filled, quoted, arguments) < (int)sizeof filled);
    va_end(arguments);
    tucuxi_value *value = tucuxi_value_from_json(filled, &error);
    OK(error);
    return value;
}

/* The members of the object `key` in the bucket. */
static tucuxi_value *at(const char *key) { return json("{'Bucket': '%s', 'Key': '%s'}", bucket, key); }

static tucuxi_value *call(const tucuxi_object *object, const char *name, tucuxi_value *params)
{
    tucuxi_error *error;
    tucuxi_value *output = tucuxi_call(object, name, params, NULL, &error);
    OK(error);
    tucuxi_value_free(params);
    return output;
}

static void run(const tucuxi_object *object, const char *name, tucuxi_value *params)
{
    tucuxi_value_free(call(object, name, params));
}

static tucuxi_error *failure(const tucuxi_object *object, const char *name, tucuxi_value *params, tucuxi_settings *settings)
{
    tucuxi_error *error;
    CHECK(tucuxi_call(object, name, params, settings, &error) == NULL && error);
    tucuxi_value_free(params);
    return error;
}

static tucuxi_value *field(const tucuxi_error *error, const char *expression)
{
    tucuxi_error *invalid;
    tucuxi_value *fields = tucuxi_error_value(error), *found = tucuxi_value_search(fields, expression, &invalid);
    OK(invalid);
    tucuxi_value_free(fields);
    return found;
}

static tucuxi_object *open(const tucuxi_object *object, const char *name, tucuxi_value *params)
{
    tucuxi_error *error;
    tucuxi_object *opened = tucuxi_open(object, name, params, NULL, &error);
    OK(error);
    tucuxi_value_free(params);
    return opened;
}

static tucuxi_value *search(const tucuxi_value *value, const char *expression)
{
    tucuxi_error *error;
    tucuxi_value *found = tucuxi_value_search(value, expression, &error);
    OK(error);
    return found;
}

static tucuxi_value *endpoint(void) { return json("{'endpoint_url': '%s'}", url); }

static tucuxi_client *client(const char *service)
{
    tucuxi_error *error;
    tucuxi_value *options = endpoint();
    tucuxi_client *made = tucuxi_session_client(session, service, options, &error);
    OK(error);
    tucuxi_value_free(options);
    return made;
}

static tucuxi_resource *resource(const char *service)
{
    tucuxi_error *error;
    tucuxi_value *options = endpoint();
    tucuxi_resource *made = tucuxi_session_resource(session, service, options, &error);
    OK(error);
    tucuxi_value_free(options);
    return made;
}

static tucuxi_stream *body(const tucuxi_client *from, const char *key)
{
    tucuxi_error *error;
    tucuxi_value *object = call(from, "get_object", at(key));
    tucuxi_stream *stream = tucuxi_value_open_stream(tucuxi_value_get(object, "Body"), &error);
    OK(error);
    tucuxi_value_free(object);
    return stream;
}

/* Up to `amount` bytes of a stream as text. */
static char *part(const tucuxi_stream *stream, size_t amount)
{
    tucuxi_error *error;
    char *content = calloc(1, amount + 1);
    CHECK(content && tucuxi_read(stream, (uint8_t *)content, amount, &error) >= 0);
    return content;
}

static char *content_from(const tucuxi_client *from, const char *key)
{
    tucuxi_stream *stream = body(from, key);
    char *content = part(stream, 1000);
    tucuxi_free(stream);
    return content;
}

static char *content(const char *key) { return content_from(s3, key); }

static void objects(tucuxi_value *results)
{
    const tucuxi_value *contents = tucuxi_value_get(given, "contents");
    char key[100];
    run(s3, "create_bucket", json("{'Bucket': '%s'}", bucket));
    for (size_t i = 0; i < tucuxi_value_length(contents); i++) {
        snprintf(key, sizeof key, "%s%zu", give("prefix"), i + 1);
        tucuxi_value *params = at(key);
        set(params, "Body", tucuxi_value_clone(tucuxi_value_at(contents, i)));
        run(s3, "put_object", params);
    }
    tucuxi_value *listed = call(s3, "list_objects_v2", json("{'Bucket': '%s', 'Prefix': '%s'}", bucket, give("prefix")));
    set(results, "keys", search(listed, "Contents[].Key"));
    snprintf(key, sizeof key, "%s1", give("prefix"));
    set(results, "content", string(content(key)));
    tucuxi_value *head = call(s3, "get_object", at(key));
    set(results, "etag", search(head, "ETag"));
    tucuxi_value_free(listed), tucuxi_value_free(head);
}

static void pages(tucuxi_value *results)
{
    tucuxi_error *error;
    tucuxi_value *params = json("{'Bucket': '%s', 'Prefix': '%s'}", bucket, give("prefix")), *config = tucuxi_value_new_map(), *page;
    set(config, "PageSize", tucuxi_value_clone(tucuxi_value_get(given, "page_size")));
    set(params, "PaginationConfig", config);
    tucuxi_iteration *pages = tucuxi_paginate(s3, "list_objects_v2", params, NULL, &error);
    OK(error);
    int count = 0;
    tucuxi_value *keys = tucuxi_value_new_list();
    for (; tucuxi_next(pages, &page, NULL, &error) == 1; count++, tucuxi_value_free(page)) {
        const tucuxi_value *found = tucuxi_value_get(page, "Contents");
        for (size_t i = 0; i < tucuxi_value_length(found); i++)
            CHECK(tucuxi_value_push(keys, tucuxi_value_clone(tucuxi_value_get(tucuxi_value_at(found, i), "Key")), &error));
    }
    OK(error);
    set(results, "pages", tucuxi_value_new_int(count)), set(results, "keys", keys);
    tucuxi_free(pages), tucuxi_value_free(params);
}

static void resources(tucuxi_value *results)
{
    tucuxi_error *error;
    tucuxi_resource *service = resource("s3"), *made = open(service, "Bucket", json("{'identifiers': ['%s']}", bucket));
    tucuxi_object *all = tucuxi_get_object(made, "objects", &error), *object, *inner;
    OK(error);
    tucuxi_object *images = open(all, "filter", json("{'Prefix': '%s'}", give("prefix")));
    tucuxi_iteration *found = open(images, "iterate", NULL);
    tucuxi_value *keys = tucuxi_value_new_list();
    int nested = 0;
    for (; tucuxi_next(found, NULL, &object, &error) == 1; tucuxi_free(object)) {
        tucuxi_value *key = tucuxi_get(object, "key", &error);
        OK(error);
        if (strcmp(text(key), give("after")) > 0)
            CHECK(tucuxi_value_push(keys, tucuxi_value_clone(key), &error));
        set(results, "size", tucuxi_get(object, "size", &error));
        tucuxi_value_free(key);
        if (nested < 4) {
            tucuxi_object *two = open(images, "limit", json("{'count': 2}"));
            tucuxi_iteration *iteration = open(two, "iterate", NULL);
            for (; tucuxi_next(iteration, NULL, &inner, &error) == 1; tucuxi_free(inner))
                nested++;
            tucuxi_free(iteration), tucuxi_free(two);
        }
    }
    OK(error);
    set(results, "keys", keys), set(results, "nested", tucuxi_value_new_int(nested));
    const tucuxi_value *old = tucuxi_value_get(given, "old");
    for (size_t i = 0; i < tucuxi_value_length(old); i++) {
        tucuxi_value *params = at(text(tucuxi_value_at(old, i)));
        set(params, "Body", string(""));
        run(s3, "put_object", params);
    }
    tucuxi_object *filtered = open(all, "filter", json("{'Prefix': 'old/'}"));
    tucuxi_value *deleted = call(filtered, "delete", NULL);
    set(results, "batch", search(deleted, "length([0].Deleted)"));
    tucuxi_value_free(deleted);
    tucuxi_free(filtered), tucuxi_free(found), tucuxi_free(images), tucuxi_free(all), tucuxi_free(made), tucuxi_free(service);
}

static void waiter(tucuxi_value *results)
{
    tucuxi_error *error;
    tucuxi_value *params = json("{'Bucket': '%s'}", bucket), *missing = at(give("missing"));
    set(results, "found", tucuxi_value_new_bool(tucuxi_wait(s3, "bucket_exists", params, NULL, &error)));
    set(missing, "WaiterConfig", tucuxi_value_clone(tucuxi_value_get(given, "config")));
    CHECK(!tucuxi_wait(s3, "object_exists", missing, NULL, &error));
    set(results, "failed", string(tucuxi_error_name(error)));
    tucuxi_error_free(error), tucuxi_value_free(params), tucuxi_value_free(missing);
}

/* A body from another stream. */
static ptrdiff_t read_stream(void *stream, uint8_t *buffer, size_t capacity) { return tucuxi_read(stream, buffer, capacity, NULL); }
static void free_stream(void *stream) { tucuxi_free(stream); }

static void streams(tucuxi_value *results)
{
    tucuxi_error *error;
    uint8_t byte;
    tucuxi_value *params = at("letters");
    set(params, "Body", string(give("letters")));
    run(s3, "put_object", params);
    tucuxi_stream *stream = body(s3, "letters");
    set(results, "first", string(part(stream, 3))), set(results, "rest", string(part(stream, 100)));
    tucuxi_close(stream);
    CHECK(tucuxi_read(stream, &byte, 1, &error) == -1);
    set(results, "after_close", field(error, "kind"));
    tucuxi_error_free(error), tucuxi_free(stream);
    params = at("lines");
    set(params, "Body", string(give("lines")));
    run(s3, "put_object", params);
    tucuxi_value *lines = tucuxi_value_new_list();
    for (char *line = content("lines"), *end; line; line = end) {
        if ((end = strchr(line, '\n')))
            *end++ = 0;
        CHECK(tucuxi_value_push(lines, string(line), &error));
    }
    set(results, "lines", lines);
    params = at("copy");
    set(params, "Fileobj", tucuxi_value_new_stream(read_stream, body(s3, "letters"), free_stream, -1));
    run(s3, "upload_fileobj", params);
    set(results, "copied", string(content("copy")));
}

static void binary(tucuxi_value *results)
{
    tucuxi_error *error;
    const tucuxi_value *bytes = tucuxi_value_get(given, "bytes");
    uint8_t sent[100], received[100];
    size_t length = tucuxi_value_length(bytes);
    for (size_t i = 0; i < length; i++)
        sent[i] = (uint8_t)tucuxi_value_int(tucuxi_value_at(bytes, i), 0);
    tucuxi_value *params = at("binary");
    set(params, "Body", tucuxi_value_new_bytes(sent, length, &error));
    run(s3, "put_object", params);
    tucuxi_stream *stream = body(s3, "binary");
    set(results, "length", tucuxi_value_new_int(tucuxi_read(stream, received, sizeof received, &error)));
    set(results, "byte", tucuxi_value_new_int(received[1]));
    tucuxi_free(stream);
}

static void errors(tucuxi_value *results)
{
    tucuxi_error *error = failure(s3, "get_object", at(give("missing")), NULL);
    set(results, "name", string(tucuxi_error_name(error))), set(results, "code", string(tucuxi_error_code(error)));
    set(results, "status", tucuxi_value_new_int(tucuxi_error_status(error))), set(results, "kind", field(error, "kind"));
    set(results, "operation", field(error, "operation")), set(results, "message", string(tucuxi_error_message(error)));
    set(results, "response", field(error, "response.ResponseMetadata.HTTPStatusCode"));
    tucuxi_error_free(error);
    error = failure(s3, "get_objcet", NULL, NULL);
    set(results, "unknown", field(error, "kind"));
    set(results, "suggestion", tucuxi_value_new_bool(strstr(tucuxi_error_text(error), "get_object") != NULL));
    tucuxi_error_free(error);
    error = failure(s3, "get_object", json("{'Bucket': '%s'}", bucket), NULL);
    set(results, "invalid", field(error, "kind"));
    tucuxi_error_free(error);
}

static int key_is(const tucuxi_value *event, const char *key)
{
    return is(text(tucuxi_value_get(tucuxi_value_get(event, "params"), "Key")), key);
}

static tucuxi_value *building(void *results, const tucuxi_value *event)
{
    const tucuxi_value *params = tucuxi_value_get(event, "params");
    set(results, "seen", search(params, "sort(keys(@))"));
    if (!key_is(event, "alias"))
        return NULL;
    tucuxi_value *changes = tucuxi_value_new_map(), *changed = tucuxi_value_clone(params);
    set(changed, "Key", string("images/1")), set(changes, "params", changed);
    return changes;
}

static tucuxi_value *signing(void *results, const tucuxi_value *event)
{
    (void)results;
    tucuxi_error *error;
    tucuxi_value *headers = tucuxi_value_clone(tucuxi_value_get(tucuxi_value_get(event, "request"), "headers"));
    CHECK(tucuxi_value_push(headers, json("['%s', '%s']", give("header"), give("value")), &error));
    tucuxi_value *changes = json("{'request': {}}"), *request = tucuxi_value_new_map();
    set(request, "headers", headers), set(changes, "request", request);
    return changes;
}

static tucuxi_value *sending(void *results, const tucuxi_value *event)
{
    char expression[100];
    snprintf(expression, sizeof expression, "request.headers[?[0]=='%s'] | [0][1]", give("header"));
    set(results, "header", search(event, expression));
    if (key_is(event, "raise"))
        return json("{'error': '%s'}", give("error"));
    if (!key_is(event, "replaced"))
        return NULL;
    tucuxi_error *error;
    tucuxi_value *changes = tucuxi_value_new_map(), *response = json("{'status': 200, 'headers': []}");
    char *body = give("response");
    set(response, "body", tucuxi_value_new_bytes((uint8_t *)body, strlen(body), &error)), set(changes, "response", response);
    return changes;
}

static void hooks(tucuxi_value *results)
{
    tucuxi_error *error;
    tucuxi_client *hooked = client("s3");
    CHECK(tucuxi_on(hooked, "before-parameter-build.s3.GetObject", building, results, NULL, &error));
    CHECK(tucuxi_on(hooked, "before-sign.s3.GetObject", signing, results, NULL, &error));
    CHECK(tucuxi_on(hooked, "before-send.s3.GetObject", sending, results, NULL, &error));
    set(results, "changed", string(content_from(hooked, "alias")));
    set(results, "replaced", string(content_from(hooked, "replaced")));
    error = failure(hooked, "get_object", at("raise"), NULL);
    set(results, "raised", string(tucuxi_error_message(error)));
    tucuxi_error_free(error);
    tucuxi_free(hooked); /* Hooks end with their client. */
    set(results, "after_off", string(content("images/1")));
}

static bool count(void *total, int64_t bytes)
{
    *(int64_t *)total += bytes;
    return true;
}

static bool count_and_call(void *total, int64_t bytes)
{
    run(s3, "head_object", at("transfer")); /* A call inside of a progress callback. */
    return count(total, bytes);
}

static bool stop(void *total, int64_t bytes)
{
    (void)total, (void)bytes;
    return false;
}

static ptrdiff_t read_piece(void *position, uint8_t *buffer, size_t capacity)
{
    const tucuxi_value *piece = tucuxi_value_at(tucuxi_value_get(given, "pieces"), (*(size_t *)position)++);
    CHECK(capacity > 0);
    if (piece)
        *buffer = (uint8_t)*text(piece);
    return piece ? 1 : 0;
}

static bool append(void *received, const uint8_t *data, size_t length)
{
    strncat(received, (const char *)data, length);
    return true;
}

static tucuxi_settings *progress(tucuxi_progress_callback callback, int64_t *total)
{
    tucuxi_settings *settings = tucuxi_settings_new();
    tucuxi_settings_progress(settings, callback, total, NULL);
    return settings;
}

static void transfer(tucuxi_value *results)
{
    tucuxi_error *error;
    int64_t size = tucuxi_value_int(tucuxi_value_get(given, "bytes"), 0), uploaded = 0, downloaded = 0;
    char path[500], received[100] = "";
    snprintf(path, sizeof path, "%s/transfer", folder);
    FILE *file = fopen(path, "wb");
    CHECK(file);
    for (int64_t i = 0; i < size; i++)
        putc('x', file);
    fclose(file);
    tucuxi_value *params = at("transfer");
    set(params, "Filename", string(path));
    tucuxi_value_free(tucuxi_call(s3, "upload_file", params, progress(count, &uploaded), &error));
    OK(error);
    strcat(path, ".back");
    set(params, "Filename", string(path));
    tucuxi_value_free(tucuxi_call(s3, "download_file", params, progress(count_and_call, &downloaded), &error));
    OK(error);
    tucuxi_value_free(params);
    set(results, "uploaded", tucuxi_value_new_int(uploaded)), set(results, "downloaded", tucuxi_value_new_int(downloaded));
    size_t position = 0;
    params = at("produced");
    set(params, "Fileobj", tucuxi_value_new_stream(read_piece, &position, NULL, -1));
    run(s3, "upload_fileobj", params);
    set(results, "produced", string(content("produced")));
    tucuxi_settings *settings = tucuxi_settings_new();
    tucuxi_settings_writer(settings, append, received, NULL);
    params = at("produced");
    tucuxi_value_free(tucuxi_call(s3, "download_fileobj", params, settings, &error));
    OK(error);
    tucuxi_value_free(params);
    set(results, "received", string(received));
    params = at("stopped");
    set(params, "Filename", string(path));
    error = failure(s3, "upload_file", params, progress(stop, NULL));
    set(results, "raised", string(tucuxi_error_message(error)));
    tucuxi_error_free(error);
}

static void limits(tucuxi_value *results)
{
    tucuxi_cancel *cancel = tucuxi_cancel_new();
    tucuxi_settings *settings = tucuxi_settings_new();
    tucuxi_settings_cancel(settings, cancel);
    tucuxi_cancel_cancel(cancel);
    tucuxi_error *error = failure(s3, "get_object", at("images/1"), settings);
    set(results, "canceled", field(error, "kind"));
    tucuxi_error_free(error), tucuxi_cancel_free(cancel);
    settings = tucuxi_settings_new();
    tucuxi_settings_deadline(settings, (uint64_t)(1000 * tucuxi_value_float(tucuxi_value_get(given, "deadline_seconds"), 0)));
    error = failure(s3, "get_object", at("images/1"), settings);
    set(results, "deadline", field(error, "kind"));
    tucuxi_error_free(error);
}

static void dynamodb(tucuxi_value *results)
{
    tucuxi_error *error;
    const char *key = give("key"), *range = give("range"), *family = give("family");
    tucuxi_resource *service = resource("dynamodb");
    tucuxi_resource *table = open(service, "create_table", json(
        "{'TableName': '%s', 'BillingMode': 'PAY_PER_REQUEST',"
        " 'KeySchema': [{'AttributeName': '%s', 'KeyType': 'HASH'}, {'AttributeName': '%s', 'KeyType': 'RANGE'}],"
        " 'AttributeDefinitions': [{'AttributeName': '%s', 'AttributeType': 'S'}, {'AttributeName': '%s', 'AttributeType': 'S'}]}",
        bucket, key, range, key, range));
    run(table, "wait_until_exists", NULL);
    const tucuxi_value *items = tucuxi_value_get(given, "items");
    for (size_t i = 0; i < tucuxi_value_length(items); i++) {
        tucuxi_value *item = tucuxi_value_clone(tucuxi_value_at(items, i)), *params = tucuxi_value_new_map();
        const tucuxi_value *rivers = tucuxi_value_get(tucuxi_value_at(items, i), "rivers");
        if (rivers) {
            tucuxi_value *of_item = tucuxi_value_new_set();
            for (size_t j = 0; j < tucuxi_value_length(rivers); j++)
                CHECK(tucuxi_value_push(of_item, tucuxi_value_clone(tucuxi_value_at(rivers, j)), &error));
            set(item, "rivers", of_item);
        }
        set(item, key, string(family)), set(item, "digits", tucuxi_value_new_number(give("digits"), &error));
        set(params, "Item", item);
        run(table, "put_item", params);
    }
    tucuxi_value *found = call(table, "query", json(
        "{'KeyConditionExpression': {'key': '%s', 'eq': '%s'}, 'FilterExpression': {'attr': 'kg', 'gt': %d}}",
        key, family, (int)tucuxi_value_int(tucuxi_value_get(given, "more_than"), 0)));
    set(results, "count", search(found, "Count")), set(results, "names", search(found, "Items[].name"));
    const tucuxi_value *item = tucuxi_value_at(tucuxi_value_get(found, "Items"), 1), *rivers = tucuxi_value_get(item, "rivers");
    set(results, "kg", tucuxi_value_new_float(tucuxi_value_float(tucuxi_value_get(item, "kg"), 0)));
    set(results, "digits", string(text(tucuxi_value_get(item, "digits"))));
    int river = 0;
    for (size_t i = 0; i < tucuxi_value_length(rivers); i++)
        river |= is(text(tucuxi_value_at(rivers, i)), "Negro");
    set(results, "river", tucuxi_value_new_bool(river && tucuxi_value_type(rivers) == TUCUXI_SET));
    error = failure(table, "put_item", json(
        "{'Item': {'%s': '%s', '%s': 'boto'}, 'ConditionExpression': {'attr': '%s', 'not_exists': true}}", key, family, range, range), NULL);
    set(results, "condition", string(tucuxi_error_code(error)));
    tucuxi_error_free(error), tucuxi_value_free(found), tucuxi_free(table), tucuxi_free(service);
}

static void sqs(tucuxi_value *results)
{
    tucuxi_client *sqs = client("sqs");
    tucuxi_value *queue = call(sqs, "create_queue", json("{'QueueName': '%s'}", bucket));
    const char *queue_url = text(tucuxi_value_get(queue, "QueueUrl"));
    run(sqs, "send_message", json("{'QueueUrl': '%s', 'MessageBody': '%s', 'MessageAttributes': {'pitch': {'DataType': 'Number', 'StringValue': '%s'}}}",
                                  queue_url, give("body"), give("pitch")));
    tucuxi_value *received = call(sqs, "receive_message", json("{'QueueUrl': '%s', 'MessageAttributeNames': ['All']}", queue_url));
    set(results, "body", search(received, "Messages[0].Body"));
    set(results, "pitch", search(received, "Messages[0].MessageAttributes.pitch.StringValue"));
    tucuxi_error *error = failure(sqs, "get_queue_url", json("{'QueueName': '%s'}", give("missing")), NULL);
    set(results, "error", string(tucuxi_error_name(error)));
    tucuxi_error_free(error), tucuxi_value_free(queue), tucuxi_value_free(received), tucuxi_free(sqs);
}

static void ec2(tucuxi_value *results)
{
    tucuxi_client *ec2 = client("ec2");
    tucuxi_value *made = call(ec2, "create_vpc", json("{'CidrBlock': '%s'}", give("cidr"))), *vpc = search(made, "Vpc");
    vpc_id = text(tucuxi_value_get(vpc, "VpcId"));
    set(results, "cidr", search(vpc, "CidrBlock")), set(results, "default", search(vpc, "IsDefault"));
    tucuxi_error *error = failure(ec2, "delete_vpc", json("{'VpcId': '%s'}", give("missing")), NULL);
    set(results, "error", string(tucuxi_error_code(error)));
    tucuxi_error_free(error), tucuxi_value_free(made), tucuxi_value_free(vpc), tucuxi_free(ec2);
}

static void stubber(tucuxi_value *results)
{
    tucuxi_client *stubbed = client("s3");
    tucuxi_object *stubber = open(stubbed, "stubber", NULL);
    run(stubber, "add_response", json("{'method': 'list_objects_v2', 'service_response': {'Contents': [{'Key': '%s'}]}, 'expected_params': {'Bucket': 'any'}}", give("key")));
    run(stubber, "add_client_error", json("{'method': 'get_object', 'service_error_code': '%s'}", give("code")));
    run(stubber, "activate", NULL);
    tucuxi_value *listed = call(stubbed, "list_objects_v2", json("{'Bucket': 'any'}"));
    tucuxi_error *error = failure(stubbed, "get_object", json("{'Bucket': 'any', 'Key': 'k'}"), NULL);
    run(stubber, "assert_no_pending_responses", NULL);
    set(results, "keys", search(listed, "Contents[].Key")), set(results, "name", string(tucuxi_error_name(error)));
    tucuxi_error_free(error), tucuxi_value_free(listed), tucuxi_free(stubber), tucuxi_free(stubbed);
}

static void closed(tucuxi_value *results)
{
    tucuxi_error *error;
    tucuxi_value *params = json("{'Bucket': '%s'}", bucket), *page;
    tucuxi_iteration *pages = tucuxi_paginate(s3, "list_objects_v2", params, NULL, &error);
    OK(error);
    tucuxi_close(pages);
    CHECK(tucuxi_next(pages, &page, NULL, &error) == -1);
    set(results, "kind", field(error, "kind"));
    tucuxi_error_free(error), tucuxi_value_free(params), tucuxi_free(pages);
}

static void empty(tucuxi_value *results)
{
    tucuxi_client *ec2 = client("ec2");
    run(s3, "put_object", json("{'Bucket': '%s', 'Key': 'empty', 'Body': '', 'Metadata': {}}", bucket));
    tucuxi_value *head = call(s3, "head_object", at("empty"));
    tucuxi_value *vpcs = call(ec2, "describe_vpcs", json("{'VpcIds': ['%s'], 'Filters': []}", vpc_id));
    set(results, "vpcs", search(vpcs, "length(Vpcs)")), set(results, "metadata", search(head, "length(Metadata)"));
    tucuxi_value_free(head), tucuxi_value_free(vpcs), tucuxi_free(ec2);
}

static void timestamps(tucuxi_value *results)
{
    tucuxi_error *error;
    char seconds[40];
    snprintf(seconds, sizeof seconds, "%" PRId64, tucuxi_value_int(tucuxi_value_get(given, "seconds"), 0));
    tucuxi_value *time = tucuxi_value_new_timestamp(give("text"), &error), *same = tucuxi_value_new_timestamp(seconds, &error);
    OK(error);
    tucuxi_value *head = call(s3, "head_object", at("images/1"));
    const char *modified = text(tucuxi_value_get(head, "LastModified"));
    set(results, "text", string(text(time))), set(results, "seconds", tucuxi_value_new_int(strtoll(seconds, NULL, 10)));
    set(results, "ordered", tucuxi_value_new_bool(strcmp(text(time), modified) < 0));
    set(results, "recent", tucuxi_value_new_bool(is(text(time), text(same)) && strcmp(modified, "2020") > 0));
    tucuxi_value_free(time), tucuxi_value_free(same), tucuxi_value_free(head);
}

static const struct {
    const char *name;
    void (*run)(tucuxi_value *results);
} STEPS[] = {
    {"objects", objects}, {"pages", pages}, {"resources", resources}, {"waiter", waiter}, {"streams", streams}, {"binary", binary},
    {"errors", errors}, {"hooks", hooks}, {"transfer", transfer}, {"limits", limits}, {"dynamodb", dynamodb}, {"sqs", sqs},
    {"ec2", ec2}, {"stubber", stubber}, {"closed", closed}, {"empty", empty}, {"timestamps", timestamps},
};

int main(int argc, char **argv)
{
    static char file[65536];
    tucuxi_error *error;
    CHECK(argc == 5);
    url = argv[2], bucket = argv[3], folder = argv[4];
    FILE *description = fopen(argv[1], "rb");
    CHECK(description && fread(file, 1, sizeof file - 1, description) > 0);
    fclose(description);
    tucuxi_value *all = tucuxi_value_from_json(file, &error);
    OK(error);
    session = tucuxi_session_new(NULL, &error);
    OK(error);
    s3 = client("s3");
    const tucuxi_value *steps = tucuxi_value_get(all, "steps");
    tucuxi_value *everything = tucuxi_value_new_map();
    for (size_t i = 0; i < tucuxi_value_length(steps); i++) {
        const tucuxi_value *step = tucuxi_value_at(steps, i);
        given = tucuxi_value_get(step, "given");
        char *name = text(tucuxi_value_get(step, "step"));
        for (size_t j = 0; j < sizeof STEPS / sizeof *STEPS; j++) {
            if (!is(name, STEPS[j].name))
                continue;
            tucuxi_value *results = tucuxi_value_new_map();
            STEPS[j].run(results);
            set(everything, name, results);
        }
    }
    puts(tucuxi_value_to_json(everything));
    return 0;
}
