/* Lists the objects of a bucket: list BUCKET [ENDPOINT_URL] */

#include <stdio.h>
#include <tucuxi.h>

int main(int argc, char **argv)
{
    tucuxi_error *error;
    tucuxi_value *options = tucuxi_value_new_map(), *params = tucuxi_value_new_map(), *page;
    if (argc > 2)
        tucuxi_value_set(options, "endpoint_url", tucuxi_value_new_string(argv[2], NULL), NULL);
    tucuxi_value_set(params, "Bucket", tucuxi_value_new_string(argc > 1 ? argv[1] : "river", NULL), NULL);

    tucuxi_session *session = tucuxi_session_new(NULL, &error); /* environment and shared files, like boto3 */
    tucuxi_client *s3 = session ? tucuxi_session_client(session, "s3", options, &error) : NULL;
    tucuxi_iteration *pages = s3 ? tucuxi_paginate(s3, "list_objects_v2", params, NULL, &error) : NULL;
    while (pages && tucuxi_next(pages, &page, NULL, &error) == 1) {
        const tucuxi_value *objects = tucuxi_value_get(page, "Contents");
        for (size_t i = 0; i < tucuxi_value_length(objects); i++) {
            const tucuxi_value *object = tucuxi_value_at(objects, i);
            char *key = tucuxi_value_text(tucuxi_value_get(object, "Key"));
            printf("%s %lld\n", key, (long long)tucuxi_value_int(tucuxi_value_get(object, "Size"), 0));
            tucuxi_string_free(key);
        }
        tucuxi_value_free(page);
    }
    if (error)
        fprintf(stderr, "%s: %s\n", tucuxi_error_name(error), tucuxi_error_text(error));
    int status = error != NULL;
    tucuxi_error_free(error);
    tucuxi_free(pages), tucuxi_free(s3), tucuxi_free(session);
    tucuxi_value_free(options), tucuxi_value_free(params);
    return status;
}
