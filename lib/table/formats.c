/* formats -- every format of tables, and what a user can say about data. */
#include "maas/table.h"

#define FORMAT(name) &maas_format_##name,
const struct maas_format *const maas_formats[] = {
#include "maas/formats.def"
	NULL
};
#undef FORMAT

#define FORMAT(name) #name,
static const char *const formats[] = {
	"auto",
#include "maas/formats.def"
	NULL,
};
#undef FORMAT
static const char *const headers[] = { "auto", "yes", "no", NULL };

const struct maas_field maas_table_fields[] = {
	MAAS_ENUM(0, maas_table_options, format, formats, 0, "format of the data; auto: by first bytes, then suffix"),
	MAAS_ENUM(0, maas_table_options, header, headers, 0, "does the first line hold the names of the columns"),
	MAAS_TEXT(0, maas_table_options, delimiter, NULL, "what parts the columns: one byte, or tab"),
	MAAS_TEXT(0, maas_table_options, encoding, NULL, "encoding of the data, as iconv knows it (UTF-8)"),
	MAAS_TEXT(0, maas_table_options, rows, NULL, "use rows A-B only, from 1, either end open"),
	MAAS_TEXT(0, maas_table_options, label, NULL, "column of the label, by name or number"),
	MAAS_TEXT(0, maas_table_options, text, NULL, "columns of text, parted by commas"),
	MAAS_TEXT(0, maas_table_options, features, NULL, "columns of features, parted by commas; others are dropped"),
	MAAS_TEXT(0, maas_table_options, drop, NULL, "columns to leave out, parted by commas"),
	MAAS_TEXT(0, maas_table_options, id, NULL, "column handed through to the answers"),
	MAAS_TEXT(0, maas_table_options, picture, NULL, "columns of paths to pictures, parted by commas"),
	MAAS_TEXT(0, maas_table_options, sound, NULL, "columns of paths to sounds, parted by commas"),
	MAAS_TEXT(0, maas_table_options, labels, NULL, "file that holds a label a record (IDX, npy or lines)"),
	MAAS_TEXT(0, maas_table_options, label_from, NULL, "label of a file's rows: what its name holds in ( ) of ERE"),
	MAAS_END,
};
