#pragma once
// Private to the room.

#include "connectors/api/api.h"

namespace journey::connectors::mime {

/// Every image written as a `data:` address becomes an attachment with a Content-ID, the same
/// picture once; the HTML then says `cid:`. `id_end` is what their ids end in. An image that is no
/// base64 is left as it is.
std::string with_inline_images(std::string_view html, std::string_view id_end,
                               std::vector<Attachment>& images);

/// A Content-ID is an address (RFC 2392): those of `files` that are a bare name, and what shows them
/// in `html`, get "@" and `id_end` behind.
std::string with_whole_ids(std::string html, std::string_view id_end,
                           std::vector<Attachment>& files);

}  // namespace journey::connectors::mime
