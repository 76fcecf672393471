// What libcurl alone does with the same request: no deadline of ours, no thread to hand over to,
// nothing read of the answer. The limit that `journey bench send` compares with.

#include "connectors/net/exchange.h"

namespace journey::connectors::net {
namespace {

std::size_t drop(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

struct MultiFree {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

}  // namespace

Result<double> bare_post_rate(const HttpRequest& request, std::size_t connections,
                              std::uint64_t count) {
    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : request.headers)
        list = curl_slist_append(list, (name + ": " + value).c_str());
    const TextList lines(list);
    const std::unique_ptr<CURLM, MultiFree> multi(curl_multi_init());
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
    std::vector<Easy> handles;
    std::uint64_t begun = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (; begun < std::min<std::uint64_t>(connections, count); ++begun) {
        Easy easy(curl_easy_init());
        curl_easy_setopt(easy.get(), CURLOPT_URL, request.url.c_str());
        curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, request.body.data());
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, lines.get());
        curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &drop);
        curl_multi_add_handle(multi.get(), easy.get());
        handles.push_back(std::move(easy));
    }
    for (std::uint64_t done = 0; done < count;) {
        int running = 0;
        curl_multi_perform(multi.get(), &running);
        int left = 0;
        bool some = false;
        while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
            const CURLcode result = message->data.result;
            CURL* handle = message->easy_handle;
            curl_multi_remove_handle(multi.get(), handle);
            if (result != CURLE_OK) return error(ErrorCode::retry, curl_easy_strerror(result));
            some = true;
            ++done;
            if (begun < count) {
                ++begun;
                curl_multi_add_handle(multi.get(), handle);
            }
        }
        if (!some && done < count) curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    for (const Easy& easy : handles)
        curl_multi_remove_handle(multi.get(), easy.get());
    return static_cast<double>(count) / took.count();
}

}  // namespace journey::connectors::net
