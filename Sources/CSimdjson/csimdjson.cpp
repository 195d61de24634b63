#include "csimdjson.h"
#include "text.h"

#include <cstdlib>
#include <memory>
#include <new>

#include <simdjson.h>

namespace {

constexpr size_t longest = size_t(1) << 31;
constexpr uint32_t deepest = 1024;

inline bool is_space(uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// Where the token at `at` ends: the blanks before the next one do not count.
inline size_t token_end(const uint8_t *bytes, size_t length, const uint32_t *at, const uint32_t *stop) {
    size_t end = at + 1 < stop ? at[1] : length;
    while (end > *at + size_t(1) && is_space(bytes[end - 1])) end--;
    return end;
}

/// Whether a value that begins so may be a literal or number of which the end is missing.
inline bool may_be_cut(uint8_t c) { return c == 't' || c == 'f' || c == 'n' || c == '-' || csj::is_digit(c); }

/// An open container during the walk.
struct Open {
    uint32_t node;
    uint32_t count;
    bool object;
};

} // namespace

struct csj_parser {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
    csj_node *nodes = nullptr;
    size_t node_capacity = 0;
    uint32_t node_count = 0;
    uint8_t *scratch = nullptr;
    size_t scratch_capacity = 0;
    uint8_t *scratch_end = nullptr;
    size_t error_offset = 0;
    const char *expected = "";

    ~csj_parser() {
        std::free(nodes);
        std::free(scratch);
    }

    int fail(int error, size_t offset, const char *what) {
        node_count = 0;
        error_offset = offset;
        expected = what;
        return error;
    }

    bool prepare(size_t length);
    bool reserve_nodes(size_t count);
    bool reserve_scratch(size_t count);
    int index(const uint8_t *bytes, size_t length);
    int walk(const uint8_t *bytes, size_t length, uint32_t max_depth, bool escapes);
    int string(const uint8_t *bytes, size_t begin, size_t end, bool escapes);
    int scalar(const uint8_t *bytes, size_t begin, size_t end);
    void close(const uint8_t *bytes, const Open &open, size_t end);
};

bool csj_parser::prepare(size_t length) {
    if (stage && stage->capacity() >= length) return true;
    size_t capacity = 4096;
    while (capacity < length) capacity *= 2;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> made;
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, deepest, made)) return false;
    stage = std::move(made);
    return true;
}

bool csj_parser::reserve_nodes(size_t count) {
    if (count <= node_capacity) return true;
    void *grown = std::realloc(nodes, count * sizeof(csj_node));
    if (!grown) return false;
    nodes = static_cast<csj_node *>(grown);
    node_capacity = count;
    return true;
}

bool csj_parser::reserve_scratch(size_t count) {
    if (count <= scratch_capacity) return true;
    std::free(scratch);
    scratch = static_cast<uint8_t *>(std::malloc(count));
    scratch_capacity = scratch ? count : 0;
    return scratch != nullptr;
}

/// Stage 1: where the structure is, and whether all of it is UTF-8.
int csj_parser::index(const uint8_t *bytes, size_t length) {
    switch (stage->stage1(bytes, length, simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS: return CSJ_OK;
    case simdjson::EMPTY: return fail(CSJ_EMPTY, 0, "a JSON value");
    case simdjson::UTF8_ERROR: break;
    case simdjson::UNCLOSED_STRING:
        if (simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length)) {
            return fail(CSJ_TRUNCATED, length, "the end of a string");
        }
        break;
    case simdjson::UNESCAPED_CHARS:
        if (simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length)) {
            return fail(CSJ_NOT_JSON, 0, "no control character within a string");
        }
        break;
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY: return fail(CSJ_TOO_LARGE, 0, "a shorter message");
    default: return fail(CSJ_NOT_JSON, 0, "a JSON value");
    }
    // Where it is wrong: halve the range in which the first bad byte lies (validity of a prefix is monotone but for
    // a character cut at its end, which costs at most three bytes of exactness).
    size_t good = 0;
    size_t bad = length;
    while (bad - good > 1) {
        size_t middle = good + (bad - good) / 2;
        if (simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), middle)) good = middle;
        else bad = middle;
    }
    return fail(CSJ_NOT_UTF8, good, "UTF-8");
}

/// A string whose opening quote is at `begin`; its closing quote is the last byte before `end`.
int csj_parser::string(const uint8_t *bytes, size_t begin, size_t end, bool escapes) {
    if (end < begin + 2 || bytes[end - 1] != '"') return fail(CSJ_NOT_JSON, begin, "a string");
    csj_node &node = nodes[node_count];
    const uint8_t *text = bytes + begin + 1;
    size_t length = end - begin - 2;
    if (escapes && std::memchr(text, '\\', length)) {
        const uint8_t *bad = text;
        uint8_t *stop = csj::unescape(text, text + length, scratch_end, &bad);
        if (!stop) return fail(CSJ_NOT_JSON, size_t(bad - bytes), "a valid escape");
        text = scratch_end;
        length = size_t(stop - scratch_end);
        scratch_end = stop;
    }
    node = csj_node{text, uint32_t(length), 1, 0, CSJ_STRING};
    node_count++;
    return CSJ_OK;
}

int csj_parser::scalar(const uint8_t *bytes, size_t begin, size_t end) {
    const uint8_t *text = bytes + begin;
    size_t length = end - begin;
    uint32_t kind;
    if (length == 4 && std::memcmp(text, "true", 4) == 0) kind = CSJ_TRUE;
    else if (length == 4 && std::memcmp(text, "null", 4) == 0) kind = CSJ_NULL;
    else if (length == 5 && std::memcmp(text, "false", 5) == 0) kind = CSJ_FALSE;
    else if (csj::is_number(text, length)) kind = CSJ_NUMBER;
    else return fail(CSJ_NOT_JSON, begin, "a JSON value");
    nodes[node_count] = csj_node{text, uint32_t(length), 1, 0, kind};
    node_count++;
    return CSJ_OK;
}

/// A container is complete.
void csj_parser::close(const uint8_t *bytes, const Open &open, size_t end) {
    csj_node &node = nodes[open.node];
    node.length = uint32_t(end - size_t(node.text - bytes));
    node.size = node_count - open.node;
    node.count = open.count;
}

/// Stage 2: the grammar, and the nodes.
int csj_parser::walk(const uint8_t *bytes, size_t length, uint32_t max_depth, bool escapes) {
    const uint32_t *at = stage->structural_indexes.get();
    const uint32_t *stop = at + stage->n_structural_indexes;
    Open open[deepest];
    uint32_t depth = 0;

value:
    if (at >= stop) return fail(CSJ_TRUNCATED, length, "a value");
    if (bytes[*at] == '{' || bytes[*at] == '[') {
        if (depth >= max_depth) return fail(CSJ_TOO_DEEP, *at, "less nesting");
        bool object = bytes[*at] == '{';
        open[depth++] = Open{node_count, 0, object};
        nodes[node_count++] = csj_node{bytes + *at, 0, 0, 0, object ? uint32_t(CSJ_OBJECT) : uint32_t(CSJ_ARRAY)};
        at++;
        if (at >= stop) return fail(CSJ_TRUNCATED, length, "a value or the end of the container");
        if (bytes[*at] == (object ? '}' : ']')) goto close;
        if (object) goto name;
        goto element;
    }
    {
        size_t end = token_end(bytes, length, at, stop);
        int error = bytes[*at] == '"' ? string(bytes, *at, end, escapes) : scalar(bytes, *at, end);
        // A literal or number cut by the end of the message is a truncation, anything else garbage.
        if (error && at + 1 >= stop && depth > 0 && may_be_cut(bytes[*at])) return fail(CSJ_TRUNCATED, length, "the end of a value");
        if (error) return error;
    }
    at++;

after:
    if (depth == 0) return at < stop ? fail(CSJ_TRAILING, *at, "the end of the message") : int(CSJ_OK);
    if (at >= stop) return fail(CSJ_TRUNCATED, length, "',' or the end of the container");
    if (bytes[*at] == ',') {
        at++;
        if (open[depth - 1].object) goto name;
        goto element;
    }
    if (bytes[*at] == (open[depth - 1].object ? '}' : ']')) goto close;
    return fail(CSJ_NOT_JSON, *at, open[depth - 1].object ? "',' or '}'" : "',' or ']'");

name:
    if (at >= stop) return fail(CSJ_TRUNCATED, length, "a member's name");
    if (bytes[*at] != '"') return fail(CSJ_NOT_JSON, *at, "a member's name");
    if (int error = string(bytes, *at, token_end(bytes, length, at, stop), escapes)) return error;
    at++;
    if (at >= stop) return fail(CSJ_TRUNCATED, length, "':'");
    if (bytes[*at] != ':') return fail(CSJ_NOT_JSON, *at, "':'");
    at++;

element:
    open[depth - 1].count++;
    goto value;

close:
    depth--;
    close(bytes, open[depth], size_t(*at) + 1);
    at++;
    goto after;
}

extern "C" {

csj_parser *csj_create(void) { return new (std::nothrow) csj_parser(); }

void csj_destroy(csj_parser *parser) { delete parser; }

int csj_parse(csj_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth) {
    parser->node_count = 0;
    if (length == 0) return parser->fail(CSJ_EMPTY, 0, "a JSON value");
    if (length >= longest || !parser->prepare(length)) return parser->fail(CSJ_TOO_LARGE, 0, "a shorter message");
    if (int error = parser->index(bytes, length)) return error;
    bool escapes = std::memchr(bytes, '\\', length) != nullptr;
    // A token is at most one node; unescaped texts are never longer than the escaped ones.
    if (!parser->reserve_nodes(size_t(parser->stage->n_structural_indexes) + 1)) return parser->fail(CSJ_TOO_LARGE, 0, "a shorter message");
    if (escapes && !parser->reserve_scratch(length)) return parser->fail(CSJ_TOO_LARGE, 0, "a shorter message");
    parser->scratch_end = parser->scratch;
    uint32_t depth = max_depth < 1 ? 1 : max_depth > deepest ? deepest : max_depth;
    return parser->walk(bytes, length, depth, escapes);
}

const csj_node *csj_nodes(const csj_parser *parser) { return parser->nodes; }
uint32_t csj_node_count(const csj_parser *parser) { return parser->node_count; }
size_t csj_error_offset(const csj_parser *parser) { return parser->error_offset; }
const char *csj_error_expected(const csj_parser *parser) { return parser->expected; }

int csj_is_utf8(const uint8_t *bytes, size_t length) {
    return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length) ? 1 : 0;
}

} // extern "C"
