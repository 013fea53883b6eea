/* page.h -- the files of the page: those of data/page, made C by scripts/make-page. */
#ifndef PAGE_H
#define PAGE_H

#include <stddef.h>

struct page_file {
	const char *name;               /* "page.css" */
	const char *tag;                /* of this content, in double quotes: an entity tag */
	const unsigned char *bytes;
	size_t n;
};
extern const struct page_file page_files[];     /* the last has no name */

#endif
