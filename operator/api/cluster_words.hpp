// The words of BGCluster's enums. None may be a word that YAML 1.1 reads as a boolean (on, off,
// yes, no, y, n, true, false) where a user has to write it.
#pragma once

#include "operator/api/cluster.hpp"

namespace bestgres::api {

template <>
struct Words<Flavour> {
    static constexpr std::array<std::pair<Flavour, std::string_view>, 2> all{
        {{Flavour::patroni, "patroni"}, {Flavour::spilo, "spilo"}}};
};

template <>
struct Words<PullPolicy> {
    static constexpr std::array<std::pair<PullPolicy, std::string_view>, 3> all{
        {{PullPolicy::always, "Always"},
         {PullPolicy::if_not_present, "IfNotPresent"},
         {PullPolicy::never, "Never"}}};
};

template <>
struct Words<VolumePolicy> {
    static constexpr std::array<std::pair<VolumePolicy, std::string_view>, 2> all{
        {{VolumePolicy::retain, "Retain"}, {VolumePolicy::remove, "Delete"}}};
};

template <>
struct Words<LeftVolumePolicy> {
    static constexpr std::array<std::pair<LeftVolumePolicy, std::string_view>, 3> all{
        {{LeftVolumePolicy::quarantine, "Quarantine"},
         {LeftVolumePolicy::retain, "Retain"},
         {LeftVolumePolicy::remove, "Delete"}}};
};

template <>
struct Words<Synchronous> {
    static constexpr std::array<std::pair<Synchronous, std::string_view>, 4> all{
        {{Synchronous::disabled, "disabled"},
         {Synchronous::preferred, "preferred"},
         {Synchronous::required, "required"},
         {Synchronous::quorum, "quorum"}}};
};

template <>
struct Words<LogLevel> {
    static constexpr std::array<std::pair<LogLevel, std::string_view>, 5> all{
        {{LogLevel::critical, "CRITICAL"},
         {LogLevel::error, "ERROR"},
         {LogLevel::warning, "WARNING"},
         {LogLevel::info, "INFO"},
         {LogLevel::debug, "DEBUG"}}};
};

template <>
struct Words<ServiceType> {
    static constexpr std::array<std::pair<ServiceType, std::string_view>, 3> all{
        {{ServiceType::cluster_ip, "ClusterIP"},
         {ServiceType::node_port, "NodePort"},
         {ServiceType::load_balancer, "LoadBalancer"}}};
};

template <>
struct Words<TrafficPolicy> {
    static constexpr std::array<std::pair<TrafficPolicy, std::string_view>, 2> all{
        {{TrafficPolicy::cluster, "Cluster"}, {TrafficPolicy::local, "Local"}}};
};

template <>
struct Words<Phase> {
    static constexpr std::array<std::pair<Phase, std::string_view>, 11> all{
        {{Phase::creating, "Creating"},
         {Phase::running, "Running"},
         {Phase::degraded, "Degraded"},
         {Phase::updating, "Updating"},
         {Phase::scaling, "Scaling"},
         {Phase::recovering, "Recovering"},
         {Phase::switching_over, "SwitchingOver"},
         {Phase::paused, "Paused"},
         {Phase::hibernated, "Hibernated"},
         {Phase::deleting, "Deleting"},
         {Phase::failed, "Failed"}}};
};

// metav1.ConditionStatus: the words are Kubernetes', and no user writes them.
template <>
struct Words<ConditionStatus> {
    static constexpr std::array<std::pair<ConditionStatus, std::string_view>, 3> all{
        {{ConditionStatus::is_true, "True"},
         {ConditionStatus::is_false, "False"},
         {ConditionStatus::unknown, "Unknown"}}};
};

template <>
struct Words<MemberRole> {
    static constexpr std::array<std::pair<MemberRole, std::string_view>, 4> all{
        {{MemberRole::primary, "primary"},
         {MemberRole::replica, "replica"},
         {MemberRole::synchronous, "synchronous"},
         {MemberRole::quorum, "quorum"}}};
};

template <>
struct Words<LagClass> {
    static constexpr std::array<std::pair<LagClass, std::string_view>, 4> all{
        {{LagClass::under_1mi, "<1Mi"},
         {LagClass::under_16mi, "<16Mi"},
         {LagClass::more, ">=16Mi"},
         {LagClass::unknown, "unknown"}}};
};

}  // namespace bestgres::api
