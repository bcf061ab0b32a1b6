package config

import "encoding/json"

// Schema gives a JSON Schema (draft 2020-12) of an org's file, for editors: it
// is made of the keys that the decoder reads by. A file that loads validates
// against it. What a schema cannot say, such as that a tracker of that name must
// exist, only Load finds. See https://json-schema.org/draft/2020-12.
func Schema() ([]byte, error) {
	s := schemaOf(tableOf(orgKeys()))
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "alignd: the file of one organisation"
	return json.MarshalIndent(s, "", "  ")
}

// schema is one schema, or a part of it.
type schema map[string]any

// The texts of forms that are written as one text.
const (
	notEmpty        = `\S`
	durationPattern = `^(0|[0-9]{1,9}(m|h|d|w|bd))$`
	datePattern     = `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`
	addressPattern  = `^[Hh][Tt][Tt][Pp][Ss]?://`
)

func schemaOf(v value) schema {
	texts := func(pattern string) schema { return schema{"type": "string", "pattern": pattern} }
	switch v.form {
	case formBlock:
		return texts(notEmpty)
	case formAny:
		return schema{"type": "string"}
	case formWord:
		if len(v.words) == 1 {
			return schema{"const": v.words[0]}
		}
		return schema{"enum": v.words}
	case formFlag:
		return schema{"type": "boolean"}
	case formNumber:
		return schema{"type": "number", "exclusiveMinimum": v.low, "maximum": v.high}
	case formWhole:
		return schema{"type": "integer", "minimum": v.low, "maximum": v.high}
	case formDuration: // the number 0 needs no unit
		return schema{"anyOf": []schema{texts(durationPattern), {"const": 0}}}
	case formDate:
		return texts(datePattern)
	case formAddress:
		return texts(addressPattern)
	case formList:
		return schema{"type": "array", "items": schemaOf(*v.each), "minItems": 1}
	case formMap:
		return schemaOfMap(v)
	case formEither:
		return schemaOfAny(v.either)
	case formTable:
		if len(v.kinds) == 0 {
			return schemaOfTable(v.keys, "")
		}
		var each []schema
		for _, kind := range v.kinds {
			each = append(each, schemaOfTable(v.keys, kind))
		}
		return anyOf(each)
	}
	if v.pattern != nil {
		return texts(v.pattern.String())
	}
	return texts(notEmpty)
}

func schemaOfAny(values []value) schema {
	var each []schema
	for _, v := range values {
		each = append(each, schemaOf(v))
	}
	return anyOf(each)
}

func anyOf(each []schema) schema {
	if len(each) == 1 {
		return each[0]
	}
	return schema{"anyOf": each}
}

// schemaOfMap is of a table whose keys are the org's own.
func schemaOfMap(v value) schema {
	s := schema{"type": "object", "additionalProperties": schemaOf(*v.each)}
	if v.pattern != nil {
		s["propertyNames"] = schema{"pattern": v.pattern.String()}
	}
	if v.some {
		s["minProperties"] = 1
	}
	return s
}

// schemaOfTable is of one kind of a table with fixed keys.
func schemaOfTable(keys []key, kind string) schema {
	properties := map[string]schema{}
	var required []string
	for _, k := range keys {
		if k.later || !k.has(kind) {
			continue
		}
		p := schemaOf(k.value)
		p["description"] = k.means
		if k.otherwise != nil {
			p["default"] = k.otherwise
		}
		properties[k.name] = p
		if k.must != "" {
			required = append(required, k.name)
		}
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}
