#ifndef CLEW_CMICROHTTPD_SHIM_H
#define CLEW_CMICROHTTPD_SHIM_H

#include <microhttpd.h>

/// `MHD_start_daemon` is variadic, which Swift cannot call: this is the one combination of options in use.
/// Takes over `listen_socket` (bound, listening, not blocking) if it succeeds. NULL where the thread or epoll fails.
static inline struct MHD_Daemon *clew_http_start(
    int listen_socket, MHD_AccessHandlerCallback handler, void *handler_context, MHD_RequestCompletedCallback completed,
    void *completed_context, unsigned int connection_limit, unsigned int timeout_seconds, size_t connection_memory) {
    return MHD_start_daemon(
        // AUTO_INTERNAL_THREAD with EPOLL returns NULL without a word; suspend and resume are for a live feed.
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handler, handler_context,
        MHD_OPTION_LISTEN_SOCKET, (MHD_socket)listen_socket, MHD_OPTION_NOTIFY_COMPLETED, completed, completed_context,
        MHD_OPTION_CONNECTION_LIMIT, connection_limit, MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory, MHD_OPTION_END);
}

#endif
