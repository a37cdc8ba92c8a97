#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view review_types_text = R"(
type ResourceAttributes
  namespace      string
  verb           string
  group          string
  version        string
  resource       string
  subresource    string
  name           string
  fieldSelector  *any
  labelSelector  *any

type NonResourceAttributes
  path  string
  verb  string

type SelfSubjectAccessReviewSpec
  resourceAttributes     *ResourceAttributes
  nonResourceAttributes  *NonResourceAttributes

kind SelfSubjectAccessReview
  spec  SelfSubjectAccessReviewSpec

type SubjectAccessReviewSpec
  inline SelfSubjectAccessReviewSpec
  user    string
  groups  []string
  extra   map[[]string]
  uid     string

kind SubjectAccessReview
  spec  SubjectAccessReviewSpec

kind LocalSubjectAccessReview
  spec  SubjectAccessReviewSpec

type SelfSubjectRulesReviewSpec
  namespace  string

kind SelfSubjectRulesReview
  spec  SelfSubjectRulesReviewSpec

type TokenReviewSpec
  token      string
  audiences  []string

kind TokenReview
  spec  TokenReviewSpec

kind SelfSubjectReview
)";

}  // namespace

std::string_view review_types() {
    return review_types_text;
}

}  // namespace bestgres::fakekube
