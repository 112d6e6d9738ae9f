/* The C API, used as a C program uses it, against a moto server. Each step prints its name when it has passed. */

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tucuxi.h"

#define CHECK(condition)                                                              \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "suite.c:%d: %s does not hold\n", __LINE__, #condition);  \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

static const char *url;

/* Ends the program if there is an error. */
static void no_error(tucuxi_error *error, int line)
{
    if (error) {
        fprintf(stderr, "suite.c:%d: %s\n", line, tucuxi_error_text(error));
        exit(1);
    }
}
#define OK(error) no_error(error, __LINE__)

static void passed(const char *step)
{
    printf("%s\n", step);
    fflush(stdout);
}

static tucuxi_value *json(const char *text)
{
    tucuxi_error *error;
    tucuxi_value *value = tucuxi_value_from_json(text, &error);
    OK(error);
    return value;
}

/* Whether a value is that text. */
static int is(const tucuxi_value *value, const char *text)
{
    size_t length;
    const char *own = tucuxi_value_string(value, &length);
    return own && length == strlen(text) && memcmp(own, text, length) == 0;
}

static tucuxi_value *call(const tucuxi_client *client, const char *operation, const char *params)
{
    tucuxi_error *error;
    tucuxi_value *input = params ? json(params) : NULL;
    tucuxi_value *output = tucuxi_call(client, operation, input, NULL, &error);
    OK(error);
    tucuxi_value_free(input);
    return output;
}

static void forget(tucuxi_value *value) { tucuxi_value_free(value); }

static tucuxi_session *session(void)
{
    tucuxi_error *error;
    tucuxi_value *options = json("{\"region_name\": \"us-east-1\", \"aws_access_key_id\": \"testing\", \"aws_secret_access_key\": \"testing\"}");
    tucuxi_session *made = tucuxi_session_new(options, &error);
    OK(error);
    tucuxi_value_free(options);
    return made;
}

static tucuxi_value *endpoint(void)
{
    tucuxi_error *error;
    tucuxi_value *options = tucuxi_value_new_map();
    tucuxi_value *text = tucuxi_value_new_string(url, &error);
    OK(error);
    CHECK(tucuxi_value_set(options, "endpoint_url", text, &error));
    return options;
}

static tucuxi_client *client_with(const char *service, const char *config)
{
    tucuxi_error *error;
    tucuxi_session *from = session();
    tucuxi_value *options = endpoint();
    CHECK(tucuxi_value_set(options, "config", json(config), &error));
    tucuxi_client *made = tucuxi_session_client(from, service, options, &error);
    OK(error);
    tucuxi_value_free(options);
    tucuxi_free(from); /* The client stays valid. */
    return made;
}

static tucuxi_client *client_of(const char *service) { return client_with(service, "{}"); }

static void values(void)
{
    tucuxi_error *error;
    tucuxi_value *map = tucuxi_value_new_map(), *list = tucuxi_value_new_list(), *set = tucuxi_value_new_set();
    CHECK(tucuxi_value_push(list, tucuxi_value_new_int(-5), &error));
    CHECK(tucuxi_value_push(list, tucuxi_value_new_float(1.5), &error));
    CHECK(tucuxi_value_push(list, tucuxi_value_new_number("1.50", &error), &error));
    CHECK(tucuxi_value_push(list, tucuxi_value_new_bool(true), &error));
    CHECK(tucuxi_value_push(list, tucuxi_value_new_null(), &error));
    CHECK(tucuxi_value_push(set, tucuxi_value_new_string("one", &error), &error));
    CHECK(tucuxi_value_push(set, tucuxi_value_new_string("one", &error), &error));
    CHECK(tucuxi_value_set(map, "list", list, &error));
    CHECK(tucuxi_value_set(map, "set", set, &error));
    CHECK(tucuxi_value_set(map, "bytes", tucuxi_value_new_bytes((const uint8_t *)"a\0b", 3, &error), &error));
    CHECK(tucuxi_value_set(map, "empty", tucuxi_value_new_bytes(NULL, 0, &error), &error));
    CHECK(tucuxi_value_set(map, "time", tucuxi_value_new_timestamp("2015-01-25T08:00:00Z", &error), &error));
    CHECK(tucuxi_value_set(map, "text", tucuxi_value_new_string("Grüße", &error), &error));

    CHECK(tucuxi_value_type(map) == TUCUXI_MAP && tucuxi_value_length(map) == 6);
    const tucuxi_value *items = tucuxi_value_get(map, "list");
    CHECK(tucuxi_value_type(items) == TUCUXI_LIST && tucuxi_value_length(items) == 5);
    CHECK(tucuxi_value_int(tucuxi_value_at(items, 0), 0) == -5);
    CHECK(tucuxi_value_float(tucuxi_value_at(items, 1), 0) == 1.5);
    CHECK(tucuxi_value_type(tucuxi_value_at(items, 2)) == TUCUXI_NUMBER);
    char *digits = tucuxi_value_text(tucuxi_value_at(items, 2));
    CHECK(strcmp(digits, "1.50") == 0);
    tucuxi_string_free(digits);
    CHECK(tucuxi_value_bool(tucuxi_value_at(items, 3), false));
    CHECK(tucuxi_value_type(tucuxi_value_at(items, 4)) == TUCUXI_NULL);
    CHECK(tucuxi_value_at(items, 5) == NULL);
    CHECK(tucuxi_value_length(tucuxi_value_get(map, "set")) == 1 && is(tucuxi_value_at(tucuxi_value_get(map, "set"), 0), "one"));
    size_t length;
    const uint8_t *bytes = tucuxi_value_bytes(tucuxi_value_get(map, "bytes"), &length);
    CHECK(length == 3 && memcmp(bytes, "a\0b", 3) == 0);
    const char *key = tucuxi_value_key(map, 1, &length);
    CHECK(length == 3 && memcmp(key, "set", 3) == 0);
    CHECK(tucuxi_value_get(tucuxi_value_get(map, "absent"), "absent") == NULL);

    char *text = tucuxi_value_to_json(map);
    tucuxi_value *again = json(text);
    CHECK(tucuxi_value_equal(map, again));
    tucuxi_string_free(text);
    tucuxi_value *copy = tucuxi_value_clone(again);
    CHECK(tucuxi_value_set(copy, "list", tucuxi_value_new_int(1), &error));
    CHECK(!tucuxi_value_equal(copy, again));
    tucuxi_value *found = tucuxi_value_search(again, "list[0]", &error);
    CHECK(tucuxi_value_int(found, 0) == -5);

    CHECK(tucuxi_value_from_json("{", &error) == NULL);
    CHECK(error != NULL && strlen(tucuxi_error_message(error)) > 0);
    tucuxi_error_free(error);
    CHECK(tucuxi_value_from_json("{", NULL) == NULL);
    CHECK(tucuxi_value_search(again, "list[", &error) == NULL);
    tucuxi_error_free(error);
    CHECK(tucuxi_value_new_string("\xff", &error) == NULL);
    CHECK(strcmp(tucuxi_error_text(error), "The argument string is not UTF-8.") == 0);
    tucuxi_error_free(error);
    CHECK(!tucuxi_value_push(map, tucuxi_value_new_null(), &error));
    CHECK(strcmp(tucuxi_error_name(error), "ParamValidationError") == 0);
    tucuxi_error_free(error);
    forget(map), forget(again), forget(copy), forget(found);
    passed("values");
}

static void errors(void)
{
    tucuxi_error *error;
    tucuxi_client *s3 = client_of("s3");
    tucuxi_value *input = json("{\"Bucket\": \"none-such\", \"Key\": \"k\"}");
    CHECK(tucuxi_call(s3, "get_object", input, NULL, &error) == NULL);
    CHECK(strcmp(tucuxi_error_name(error), "NoSuchBucket") == 0 && strcmp(tucuxi_error_code(error), "NoSuchBucket") == 0);
    CHECK(tucuxi_error_status(error) == 404 && !tucuxi_error_is_retryable(error));
    CHECK(strstr(tucuxi_error_text(error), "GetObject") && strstr(tucuxi_error_message(error), "bucket"));
    tucuxi_value *fields = tucuxi_error_value(error);
    CHECK(is(tucuxi_value_get(fields, "code"), "NoSuchBucket"));
    forget(fields);
    tucuxi_error_free(error);

    CHECK(tucuxi_call(s3, "get_objcet", input, NULL, &error) == NULL);
    CHECK(strstr(tucuxi_error_text(error), "Did you mean get_object"));
    tucuxi_error_free(error);
    CHECK(tucuxi_call(s3, "put_object", NULL, NULL, &error) == NULL);
    CHECK(strcmp(tucuxi_error_name(error), "ParamValidationError") == 0 && tucuxi_error_code(error) == NULL);
    tucuxi_error_free(error);
    CHECK(tucuxi_call(NULL, "get_object", input, NULL, &error) == NULL);
    CHECK(strcmp(tucuxi_error_text(error), "The argument object is null.") == 0);
    tucuxi_error_free(error);
    CHECK(tucuxi_open(s3, "list_buckets", NULL, NULL, &error) == NULL);
    CHECK(strstr(tucuxi_error_text(error), "a value, not an object"));
    tucuxi_error_free(error);
    CHECK(!tucuxi_has(s3, "list_bucket") && tucuxi_has(s3, "list_buckets"));
    tucuxi_value *bad = json("{\"regionname\": \"x\"}");
    CHECK(tucuxi_session_new(bad, &error) == NULL);
    CHECK(strstr(tucuxi_error_text(error), "Did you mean region_name"));
    tucuxi_error_free(error);
    forget(bad), forget(input);
    tucuxi_free(s3);
    passed("errors");
}

struct source {
    size_t left, pieces;
    int freed, fails;
};

static ptrdiff_t read_source(void *user_data, uint8_t *buffer, size_t capacity)
{
    struct source *source = user_data;
    size_t amount = source->left < capacity ? source->left : capacity;
    source->pieces++;
    if (source->fails && source->pieces > 2)
        return -1;
    memset(buffer, 'x', amount);
    source->left -= amount;
    return (ptrdiff_t)amount;
}

static void free_source(void *user_data) { ((struct source *)user_data)->freed++; }

static void streams(void)
{
    tucuxi_error *error;
    /* Without TLS, a body that can be read once cannot be signed. */
    const char *unsigned_bodies = "{\"request_checksum_calculation\": \"when_required\", \"s3\": {\"payload_signing_enabled\": false}}";
    tucuxi_client *s3 = client_with("s3", unsigned_bodies);
    forget(call(s3, "create_bucket", "{\"Bucket\": \"c-streams\"}"));
    struct source source = {.left = 3000000};
    tucuxi_value *input = json("{\"Bucket\": \"c-streams\", \"Key\": \"big\"}");
    CHECK(tucuxi_value_set(input, "Body", tucuxi_value_new_stream(read_source, &source, free_source, 3000000), &error));
    forget(tucuxi_call(s3, "put_object", input, NULL, &error));
    OK(error);
    forget(input);
    CHECK(source.left == 0 && source.freed == 1);

    tucuxi_value *output = call(s3, "get_object", "{\"Bucket\": \"c-streams\", \"Key\": \"big\"}");
    CHECK(tucuxi_value_int(tucuxi_value_get(output, "ContentLength"), 0) == 3000000);
    tucuxi_stream *body = tucuxi_value_open_stream(tucuxi_value_get(output, "Body"), &error);
    OK(error);
    CHECK(strcmp(tucuxi_kind(body), "stream") == 0);
    uint8_t buffer[65536];
    size_t total = 0;
    ptrdiff_t read;
    while ((read = tucuxi_read(body, buffer, sizeof buffer, &error)) > 0) {
        CHECK(buffer[0] == 'x' && buffer[read - 1] == 'x');
        total += (size_t)read;
    }
    OK(error);
    CHECK(read == 0 && total == 3000000);
    tucuxi_close(body);
    CHECK(tucuxi_read(body, buffer, sizeof buffer, &error) == -1);
    CHECK(strstr(tucuxi_error_text(error), "The stream is closed"));
    tucuxi_error_free(error);
    tucuxi_free(body);
    forget(output);

    struct source failing = {.left = 3000000, .fails = 1};
    input = json("{\"Bucket\": \"c-streams\", \"Key\": \"never\"}");
    CHECK(tucuxi_value_set(input, "Body", tucuxi_value_new_stream(read_source, &failing, free_source, 3000000), &error));
    CHECK(tucuxi_call(s3, "put_object", input, NULL, &error) == NULL);
    CHECK(strstr(tucuxi_error_text(error), "The read callback failed"));
    tucuxi_error_free(error);
    forget(input);
    CHECK(failing.freed == 1);
    tucuxi_free(s3);
    passed("streams");
}

static void iterations(void)
{
    tucuxi_error *error;
    tucuxi_client *s3 = client_of("s3");
    forget(call(s3, "create_bucket", "{\"Bucket\": \"c-pages\"}"));
    for (int i = 0; i < 7; i++) {
        char params[128];
        snprintf(params, sizeof params, "{\"Bucket\": \"c-pages\", \"Key\": \"images/%d\", \"Body\": \"x\"}", i);
        forget(call(s3, "put_object", params));
    }
    tucuxi_value *input = json("{\"Bucket\": \"c-pages\", \"PaginationConfig\": {\"PageSize\": 3}}");
    tucuxi_iteration *pages = tucuxi_paginate(s3, "list_objects_v2", input, NULL, &error);
    OK(error);
    forget(input);
    size_t count = 0, objects = 0;
    tucuxi_value *page;
    int more;
    while ((more = tucuxi_next(pages, &page, NULL, &error)) == 1) {
        objects += tucuxi_value_length(tucuxi_value_get(page, "Contents"));
        count++;
        forget(page);
    }
    OK(error);
    CHECK(more == 0 && count == 3 && objects == 7);
    tucuxi_close(pages);
    CHECK(tucuxi_next(pages, &page, NULL, &error) == -1);
    CHECK(strstr(tucuxi_error_text(error), "closed"));
    tucuxi_error_free(error);
    tucuxi_free(pages);

    input = json("{\"Bucket\": \"c-pages\"}");
    CHECK(tucuxi_wait(s3, "bucket_exists", input, NULL, &error));
    CHECK(!tucuxi_wait(s3, "bucket_exist", input, NULL, &error));
    CHECK(strstr(tucuxi_error_text(error), "bucket_exists"));
    tucuxi_error_free(error);
    forget(input);

    /* The same objects as resources. */
    tucuxi_session *from = session();
    tucuxi_value *options = endpoint();
    tucuxi_resource *resource = tucuxi_session_resource(from, "s3", options, &error);
    OK(error);
    input = json("{\"identifiers\": [\"c-pages\"]}");
    tucuxi_resource *bucket = tucuxi_open(resource, "Bucket", input, NULL, &error);
    OK(error);
    tucuxi_value *name = tucuxi_get(bucket, "name", &error);
    CHECK(is(name, "c-pages"));
    tucuxi_object *collection = tucuxi_get_object(bucket, "objects", &error);
    OK(error);
    tucuxi_value *filter = json("{\"Prefix\": \"images/\"}");
    tucuxi_object *filtered = tucuxi_open(collection, "filter", filter, NULL, &error);
    OK(error);
    tucuxi_iteration *found = tucuxi_open(filtered, "iterate", NULL, NULL, &error);
    OK(error);
    objects = 0;
    tucuxi_object *object;
    while ((more = tucuxi_next(found, NULL, &object, &error)) == 1) {
        tucuxi_value *key = tucuxi_get(object, "key", &error);
        OK(error);
        size_t length;
        CHECK(strncmp(tucuxi_value_string(key, &length), "images/", 7) == 0);
        forget(key);
        tucuxi_free(object);
        objects++;
    }
    OK(error);
    CHECK(objects == 7);
    tucuxi_free(found);
    char *repr = tucuxi_repr(bucket);
    CHECK(strstr(repr, "c-pages"));
    tucuxi_string_free(repr);
    forget(name), forget(filter), forget(options), forget(input);
    tucuxi_free(filtered), tucuxi_free(collection), tucuxi_free(bucket), tucuxi_free(resource), tucuxi_free(from), tucuxi_free(s3);
    passed("iterations");
}

static void services(void)
{
    tucuxi_client *dynamodb = client_of("dynamodb");
    forget(call(dynamodb, "create_table",
                "{\"TableName\": \"c-boats\", \"BillingMode\": \"PAY_PER_REQUEST\","
                " \"KeySchema\": [{\"AttributeName\": \"id\", \"KeyType\": \"HASH\"}],"
                " \"AttributeDefinitions\": [{\"AttributeName\": \"id\", \"AttributeType\": \"S\"}]}"));
    forget(call(dynamodb, "put_item", "{\"TableName\": \"c-boats\", \"Item\": {\"id\": {\"S\": \"1\"}, \"kg\": {\"N\": \"3.10\"}}}"));
    tucuxi_value *read = call(dynamodb, "scan",
                              "{\"TableName\": \"c-boats\", \"FilterExpression\": \"kg > :kg\","
                              " \"ExpressionAttributeValues\": {\":kg\": {\"N\": \"3\"}}}");
    CHECK(is(tucuxi_value_get(tucuxi_value_get(tucuxi_value_at(tucuxi_value_get(read, "Items"), 0), "kg"), "N"), "3.10") ||
          tucuxi_value_int(tucuxi_value_get(read, "Count"), 0) == 1);
    forget(read);
    tucuxi_free(dynamodb);

    tucuxi_client *sqs = client_of("sqs");
    tucuxi_value *queue = call(sqs, "create_queue", "{\"QueueName\": \"c-jobs\"}");
    tucuxi_error *error;
    tucuxi_value *message = tucuxi_value_new_map();
    CHECK(tucuxi_value_set(message, "QueueUrl", tucuxi_value_clone(tucuxi_value_get(queue, "QueueUrl")), &error));
    CHECK(tucuxi_value_set(message, "MessageBody", tucuxi_value_new_string("hello", &error), &error));
    tucuxi_value *sent = tucuxi_call(sqs, "send_message", message, NULL, &error);
    OK(error);
    CHECK(is(tucuxi_value_get(sent, "MD5OfMessageBody"), "5d41402abc4b2a76b9719d911017c592"));
    forget(sent), forget(message), forget(queue);
    tucuxi_free(sqs);

    tucuxi_client *ec2 = client_of("ec2");
    tucuxi_value *vpc = call(ec2, "create_vpc", "{\"CidrBlock\": \"10.77.0.0/16\"}");
    CHECK(is(tucuxi_value_get(tucuxi_value_get(vpc, "Vpc"), "CidrBlock"), "10.77.0.0/16"));
    forget(vpc);
    tucuxi_value *described = tucuxi_describe(ec2, "create_vpc", &error);
    OK(error);
    CHECK(is(tucuxi_value_get(described, "name"), "CreateVpc"));
    forget(described);
    tucuxi_value *members = tucuxi_members(ec2, &error);
    OK(error);
    CHECK(tucuxi_value_length(members) > 600);
    forget(members);
    tucuxi_free(ec2);
    passed("services");
}

struct seen {
    atomic_int calls, freed;
    int fails;
};

static tucuxi_value *add_header(void *user_data, const tucuxi_value *event)
{
    struct seen *seen = user_data;
    seen->calls++;
    CHECK(is(tucuxi_value_get(event, "operation"), "ListBuckets") && is(tucuxi_value_get(event, "service"), "s3"));
    if (seen->fails)
        return json("{\"error\": \"not today\"}");
    tucuxi_error *error;
    tucuxi_value *headers = tucuxi_value_clone(tucuxi_value_get(tucuxi_value_get(event, "request"), "headers"));
    CHECK(tucuxi_value_push(headers, json("[\"x-from-c\", \"1\"]"), &error));
    tucuxi_value *request = tucuxi_value_new_map(), *changes = tucuxi_value_new_map();
    CHECK(tucuxi_value_set(request, "headers", headers, &error));
    CHECK(tucuxi_value_set(changes, "request", request, &error));
    return changes;
}

static tucuxi_value *check_header(void *user_data, const tucuxi_value *event)
{
    const tucuxi_value *headers = tucuxi_value_get(tucuxi_value_get(event, "request"), "headers");
    for (size_t i = 0; i < tucuxi_value_length(headers); i++)
        if (is(tucuxi_value_at(tucuxi_value_at(headers, i), 0), "x-from-c"))
            (*(int *)user_data)++;
    return NULL;
}

static void free_seen(void *user_data) { ((struct seen *)user_data)->freed++; }

static void hooks(void)
{
    tucuxi_error *error;
    tucuxi_client *s3 = client_of("s3");
    struct seen seen = {0};
    int checked = 0;
    CHECK(tucuxi_on(s3, "before-sign.s3.ListBuckets", add_header, &seen, free_seen, &error));
    CHECK(tucuxi_on(s3, "before-send.s3.ListBuckets", check_header, &checked, NULL, &error));
    CHECK(!tucuxi_on(s3, "before-sing.s3", add_header, &seen, NULL, &error));
    CHECK(strstr(tucuxi_error_text(error), "before-sign"));
    tucuxi_error_free(error);
    forget(call(s3, "list_buckets", NULL));
    CHECK(seen.calls == 1 && checked == 1);
    seen.fails = 1;
    CHECK(tucuxi_call(s3, "list_buckets", NULL, NULL, &error) == NULL);
    CHECK(strcmp(tucuxi_error_name(error), "CallbackError") == 0 && strcmp(tucuxi_error_message(error), "not today") == 0);
    tucuxi_error_free(error);
    tucuxi_free(s3);
    CHECK(seen.freed == 1);
    passed("hooks");
}

static tucuxi_value *keys(void *user_data)
{
    (*(int *)user_data)++;
    return json("{\"access_key\": \"testing\", \"secret_key\": \"testing\", \"token\": \"T\"}");
}

static tucuxi_value *no_keys(void *user_data)
{
    (void)user_data;
    return NULL;
}

static void credentials(void)
{
    tucuxi_error *error;
    int asked = 0;
    tucuxi_value *options = json("{\"region_name\": \"us-east-1\"}"), *at = endpoint();
    tucuxi_session *from = tucuxi_session_new_with_credentials(options, keys, &asked, NULL, &error);
    OK(error);
    tucuxi_client *sts = tucuxi_session_client(from, "sts", at, &error);
    OK(error);
    forget(call(sts, "get_caller_identity", NULL));
    forget(call(sts, "get_caller_identity", NULL));
    CHECK(asked == 1);
    tucuxi_free(sts), tucuxi_free(from);

    from = tucuxi_session_new_with_credentials(options, no_keys, NULL, NULL, &error);
    OK(error);
    sts = tucuxi_session_client(from, "sts", at, &error);
    OK(error);
    CHECK(tucuxi_call(sts, "get_caller_identity", NULL, NULL, &error) == NULL);
    CHECK(strstr(tucuxi_error_text(error), "The credentials callback failed"));
    tucuxi_error_free(error);
    tucuxi_free(sts), tucuxi_free(from);
    forget(options), forget(at);
    passed("credentials");
}

static void *cancel_soon(void *cancel)
{
    usleep(100000);
    tucuxi_cancel_cancel(cancel);
    return NULL;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A long poll that only a cancellation or a deadline ends. */
static void limits(void)
{
    tucuxi_error *error;
    tucuxi_client *sqs = client_of("sqs");
    tucuxi_value *queue = call(sqs, "create_queue", "{\"QueueName\": \"c-empty\"}");
    tucuxi_value *input = tucuxi_value_new_map();
    CHECK(tucuxi_value_set(input, "QueueUrl", tucuxi_value_clone(tucuxi_value_get(queue, "QueueUrl")), &error));
    CHECK(tucuxi_value_set(input, "WaitTimeSeconds", tucuxi_value_new_int(20), &error));

    tucuxi_cancel *cancel = tucuxi_cancel_new();
    tucuxi_settings *settings = tucuxi_settings_new();
    tucuxi_settings_cancel(settings, cancel);
    CHECK(tucuxi_settings_header(settings, "x-from-c", "1", &error));
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_soon, cancel);
    double started = now();
    CHECK(tucuxi_call(sqs, "receive_message", input, settings, &error) == NULL);
    CHECK(now() - started < 5 && strstr(tucuxi_error_name(error), "Cancel"));
    tucuxi_error_free(error);
    pthread_join(thread, NULL);
    tucuxi_cancel_free(cancel);

    settings = tucuxi_settings_new();
    tucuxi_settings_deadline(settings, 200);
    started = now();
    CHECK(tucuxi_call(sqs, "receive_message", input, settings, &error) == NULL);
    CHECK(now() - started < 5 && strstr(tucuxi_error_name(error), "Deadline"));
    tucuxi_error_free(error);
    tucuxi_settings_free(tucuxi_settings_new());
    forget(input), forget(queue);
    tucuxi_free(sqs);
    passed("limits");
}

static bool count_progress(void *user_data, int64_t bytes)
{
    atomic_fetch_add((_Atomic int64_t *)user_data, bytes);
    return true;
}

static bool refuse_progress(void *user_data, int64_t bytes)
{
    (void)user_data, (void)bytes;
    return false;
}

static bool count_written(void *user_data, const uint8_t *data, size_t length)
{
    CHECK(length == 0 || data[0] == 'x');
    *(size_t *)user_data += length;
    return true;
}

static void transfers(void)
{
    tucuxi_error *error;
    tucuxi_client *s3 = client_of("s3");
    forget(call(s3, "create_bucket", "{\"Bucket\": \"c-transfers\"}"));
    _Atomic int64_t sent = 0;
    struct source source = {.left = 20000000};
    tucuxi_value *input = json("{\"Bucket\": \"c-transfers\", \"Key\": \"big\"}");
    CHECK(tucuxi_value_set(input, "Fileobj", tucuxi_value_new_stream(read_source, &source, free_source, -1), &error));
    tucuxi_settings *settings = tucuxi_settings_new();
    tucuxi_settings_progress(settings, count_progress, &sent, NULL);
    forget(tucuxi_call(s3, "upload_fileobj", input, settings, &error));
    OK(error);
    forget(input);
    CHECK(sent == 20000000 && source.freed == 1);

    size_t written = 0;
    settings = tucuxi_settings_new();
    tucuxi_settings_writer(settings, count_written, &written, NULL);
    input = json("{\"Bucket\": \"c-transfers\", \"Key\": \"big\"}");
    forget(tucuxi_call(s3, "download_fileobj", input, settings, &error));
    OK(error);
    CHECK(written == 20000000);

    written = 0;
    settings = tucuxi_settings_new();
    tucuxi_settings_writer(settings, count_written, &written, NULL);
    tucuxi_settings_progress(settings, refuse_progress, NULL, NULL);
    CHECK(tucuxi_call(s3, "download_fileobj", input, settings, &error) == NULL);
    CHECK(strstr(tucuxi_error_text(error), "The progress callback failed"));
    tucuxi_error_free(error);
    forget(input);
    tucuxi_free(s3);
    passed("transfers");
}

struct work {
    const tucuxi_client *client;
    int number;
};

static void *put_and_get(void *user_data)
{
    struct work *work = user_data;
    for (int i = 0; i < 4; i++) {
        char params[128], body[32];
        tucuxi_error *error;
        snprintf(body, sizeof body, "thread %d, %d", work->number, i);
        snprintf(params, sizeof params, "{\"Bucket\": \"c-threads\", \"Key\": \"%d\", \"Body\": \"%s\"}", work->number, body);
        forget(call(work->client, "put_object", params));
        snprintf(params, sizeof params, "{\"Bucket\": \"c-threads\", \"Key\": \"%d\"}", work->number);
        tucuxi_value *output = call(work->client, "get_object", params);
        tucuxi_stream *stream = tucuxi_value_open_stream(tucuxi_value_get(output, "Body"), &error);
        OK(error);
        uint8_t buffer[64];
        ptrdiff_t read = tucuxi_read(stream, buffer, sizeof buffer, &error);
        CHECK(read == (ptrdiff_t)strlen(body) && memcmp(buffer, body, (size_t)read) == 0);
        tucuxi_free(stream);
        forget(output);
    }
    return NULL;
}

static void threads(void)
{
    enum { COUNT = 32 };
    tucuxi_client *s3 = client_of("s3");
    forget(call(s3, "create_bucket", "{\"Bucket\": \"c-threads\"}"));
    pthread_t running[COUNT];
    struct work work[COUNT];
    for (int i = 0; i < COUNT; i++) {
        work[i] = (struct work){s3, i};
        pthread_create(&running[i], NULL, put_and_get, &work[i]);
    }
    for (int i = 0; i < COUNT; i++)
        pthread_join(running[i], NULL);
    tucuxi_free(s3);
    passed("threads");
}

/* Reads an object again and again. Returns whether it always was that process's own. */
static int reads_own(const tucuxi_client *s3, const char *key)
{
    for (int i = 0; i < 50; i++) {
        char params[128];
        tucuxi_error *error;
        snprintf(params, sizeof params, "{\"Bucket\": \"c-forks\", \"Key\": \"%s\"}", key);
        tucuxi_value *output = call(s3, "get_object", params);
        tucuxi_stream *body = tucuxi_value_open_stream(tucuxi_value_get(output, "Body"), &error);
        OK(error);
        uint8_t buffer[64];
        ptrdiff_t read = tucuxi_read(body, buffer, sizeof buffer, &error);
        int own = read == (ptrdiff_t)strlen(key) && memcmp(buffer, key, (size_t)read) == 0;
        tucuxi_free(body);
        forget(output);
        if (!own)
            return 0;
    }
    return 1;
}

/* Both processes use the client that one of them made, whose pool has an open connection. */
static void forks(void)
{
    tucuxi_client *s3 = client_of("s3");
    forget(call(s3, "create_bucket", "{\"Bucket\": \"c-forks\"}"));
    forget(call(s3, "put_object", "{\"Bucket\": \"c-forks\", \"Key\": \"parent\", \"Body\": \"parent\"}"));
    forget(call(s3, "put_object", "{\"Bucket\": \"c-forks\", \"Key\": \"child\", \"Body\": \"child\"}"));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(reads_own(s3, "child") ? 0 : 1);
    CHECK(reads_own(s3, "parent"));
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    tucuxi_free(s3);
    passed("forks");
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    url = argv[1];
    CHECK(strlen(tucuxi_version()) > 0);
    tucuxi_free(NULL), tucuxi_value_free(NULL), tucuxi_error_free(NULL), tucuxi_string_free(NULL);
    values();
    errors();
    streams();
    iterations();
    forks();
    services();
    hooks();
    credentials();
    limits();
    transfers();
    threads();
    return 0;
}
