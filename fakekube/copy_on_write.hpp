// A value that copies share until one of them writes: what makes copies of a whole server cheap.
#pragma once

#include <memory>
#include <utility>

namespace bestgres::fakekube {

// Copies may live on different threads; one copy is used by one thread at a time.
template <class T>
class CopyOnWrite {
public:
    CopyOnWrite() : value_(std::make_shared<T>()) {}
    explicit CopyOnWrite(T value) : value_(std::make_shared<T>(std::move(value))) {}

    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }

    // The reference is good until this object is copied.
    T& write() {
        if (value_.use_count() != 1) {
            value_ = std::make_shared<T>(*value_);
        }
        return *value_;
    }

private:
    std::shared_ptr<T> value_;
};

}  // namespace bestgres::fakekube
