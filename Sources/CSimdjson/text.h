// Texts of scalars: the grammar of numbers, the escapes of strings.
#ifndef CSIMDJSON_TEXT_H
#define CSIMDJSON_TEXT_H

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace csj {

inline bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/// Whether the bytes are a number by RFC 8259, whatever its size.
inline bool is_number(const uint8_t *p, size_t n) {
    const uint8_t *end = p + n;
    if (p < end && *p == '-') p++;
    if (p == end || !is_digit(*p)) return false;
    if (*p == '0') {
        p++;
    } else {
        while (p < end && is_digit(*p)) p++;
    }
    if (p < end && *p == '.') {
        p++;
        if (p == end || !is_digit(*p)) return false;
        while (p < end && is_digit(*p)) p++;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        if (p == end || !is_digit(*p)) return false;
        while (p < end && is_digit(*p)) p++;
    }
    return p == end;
}

/// Four hexadecimal digits, or -1.
inline int32_t hex4(const uint8_t *p) {
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = p[i];
        int32_t digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

inline uint8_t *put_utf8(uint8_t *out, uint32_t c) {
    if (c < 0x80) {
        *out++ = uint8_t(c);
    } else if (c < 0x800) {
        *out++ = uint8_t(0xC0 | c >> 6);
        *out++ = uint8_t(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = uint8_t(0xE0 | c >> 12);
        *out++ = uint8_t(0x80 | (c >> 6 & 0x3F));
        *out++ = uint8_t(0x80 | (c & 0x3F));
    } else {
        *out++ = uint8_t(0xF0 | c >> 18);
        *out++ = uint8_t(0x80 | (c >> 12 & 0x3F));
        *out++ = uint8_t(0x80 | (c >> 6 & 0x3F));
        *out++ = uint8_t(0x80 | (c & 0x3F));
    }
    return out;
}

/// The character of the single-letter escape, 0 if there is none.
inline uint8_t simple_escape(uint8_t c) {
    switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
    }
}

/// Unescapes [p, end) to `out`, which has room for as many bytes. A surrogate without its other half becomes
/// U+FFFD: producers that cut texts at a number of UTF-16 units write such. Returns the end of what was written,
/// or NULL with `*bad` at the wrong escape.
inline uint8_t *unescape(const uint8_t *p, const uint8_t *end, uint8_t *out, const uint8_t **bad) {
    while (p < end) {
        const void *found = std::memchr(p, '\\', size_t(end - p));
        const uint8_t *stop = found ? static_cast<const uint8_t *>(found) : end;
        std::memmove(out, p, size_t(stop - p));
        out += stop - p;
        p = stop;
        if (p == end) break;
        *bad = p;
        if (end - p < 2) return nullptr;
        if (p[1] != 'u') {
            uint8_t c = simple_escape(p[1]);
            if (!c) return nullptr;
            *out++ = c;
            p += 2;
            continue;
        }
        int32_t unit = end - p >= 6 ? hex4(p + 2) : -1;
        if (unit < 0) return nullptr;
        p += 6;
        uint32_t code = uint32_t(unit);
        if (code >= 0xD800 && code < 0xE000) {
            int32_t low = code < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2) : -1;
            if (low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (uint32_t(low) - 0xDC00);
                p += 6;
            } else {
                code = 0xFFFD;
            }
        }
        out = put_utf8(out, code);
    }
    return out;
}

} // namespace csj

#endif
