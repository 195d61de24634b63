/// A strict JSON reader for Swift over the system's simdjson.
///
/// simdjson's first stage finds the structure and validates UTF-8 with the CPU's vector instructions; the walk over
/// that structure is our own, so that every byte of a message is checked (On-Demand checks only what is asked for),
/// nothing past its end is ever read (no padding is needed), and each refusal says what was expected where.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum csj_kind {
    CSJ_NULL = 0,
    CSJ_FALSE = 1,
    CSJ_TRUE = 2,
    CSJ_NUMBER = 3,
    CSJ_STRING = 4,
    CSJ_ARRAY = 5,
    CSJ_OBJECT = 6
};

/// One value of a document, in document order. A member of an object is two nodes: its name (a string), its value.
typedef struct csj_node {
    /// String: its text, unescaped, without quotes. Others: the bytes as they stand in the message.
    /// Points into the message or into the parser; valid until either changes.
    const uint8_t *text;
    uint32_t length;
    /// Nodes of this value with all within it: the value after it is so many further on.
    uint32_t size;
    /// Members of an object, elements of an array; 0 for others.
    uint32_t count;
    /// A `csj_kind`.
    uint32_t kind;
} csj_node;

enum csj_error {
    CSJ_OK = 0,
    CSJ_EMPTY = 1,
    CSJ_NOT_UTF8 = 2,
    CSJ_NOT_JSON = 3,
    /// The message ends inside a value.
    CSJ_TRUNCATED = 4,
    CSJ_TOO_DEEP = 5,
    /// A complete value is followed by something else.
    CSJ_TRAILING = 6,
    /// Longer than 2 GiB, or out of memory.
    CSJ_TOO_LARGE = 7
};

typedef struct csj_parser csj_parser;

/// A parser with its reused buffers; NULL when out of memory.
csj_parser *csj_create(void);
void csj_destroy(csj_parser *parser);

/// Reads one whole document. On CSJ_OK `csj_nodes` holds it, root first, until the next call.
/// `max_depth`: containers within containers, 1 to 1,024.
int csj_parse(csj_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth);

const csj_node *csj_nodes(const csj_parser *parser);
uint32_t csj_node_count(const csj_parser *parser);

/// After a refusal: the byte where it was noticed, and what was expected there (a static text; may be empty).
size_t csj_error_offset(const csj_parser *parser);
const char *csj_error_expected(const csj_parser *parser);

/// Whether the bytes are UTF-8 throughout: 1 or 0.
int csj_is_utf8(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
