package steps

import (
	"fmt"
	"regexp"
)

// tagExpression is what godog understands: tags, ~ for not, && for and, a
// comma for or. Words such as "not" and "or" it takes for parts of tags and
// selects nothing, without a word.
var tagExpression = regexp.MustCompile(`^~?@[^\s~,&@]+(\s*(&&|,)\s*~?@[^\s~,&@]+)*$`)

func checkTags(tags string) error {
	if tags == "" || tagExpression.MatchString(tags) {
		return nil
	}
	return fmt.Errorf("tags %q: want tags joined by && (and) or , (or), with ~ for not, as in \"@peer && ~@id:busy\"", tags)
}
