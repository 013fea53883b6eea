# maas: one Makefile, no file lists.
# A new lib/*/x.c, cmd/maas-x.c, man/maas-x.1, tests/*/x.c needs no edit here.
# Local settings go in config.mk (not tracked):  CC=clang  SAN=address,undefined  PREFIX=/opt/maas

-include config.mk
CC         ?= cc
PREFIX     ?= /usr/local
CFLAGS     ?= -O2 -g
PKG_CONFIG ?= pkg-config
WARN       := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wpointer-arith
STD        := -std=c11 -D_GNU_SOURCE -ffp-contract=off

# A foreign library is had where pkg-config finds it; what it serves is left out elsewhere.  STATIC=1 makes each command one
# file: libsndfile has no archive on Debian, cairo wants the fonts of a machine, iconv its tables, a server its users.
has         = $(shell $(PKG_CONFIG) --exists $1 2>/dev/null && echo 1)
opt         = $(if $(call has,$1),$(eval FOUND += $1 )$(eval CPPOPT += -DMAAS_HAS_$2)$(eval LDOPT += $(shell $(PKG_CONFIG) $(if $(STATIC),--static) --libs $1)),$(eval MISSED += $1))
$(call opt,zlib,ZLIB)
$(call opt,libutf8proc,UTF8PROC)
$(call opt,libsodium,SODIUM)
$(call opt,vorbisfile,VORBIS)
$(call opt,libpng,PNG)
$(call opt,libjpeg,JPEG)
$(call opt,libseccomp,SECCOMP)
ifeq ($(STATIC),)
$(call opt,sndfile,SNDFILE)
$(call opt,cairo,CAIRO)
$(call opt,fontconfig,FONTCONFIG)
else
MISSED     += sndfile cairo fontconfig iconv
CPPOPT     += -DMAAS_STATIC
endif
BLAS_V     := $(shell $(PKG_CONFIG) --modversion openblas 2>/dev/null)
CPPOPT     += -DMAAS_BLAS='"OpenBLAS$(if $(BLAS_V), $(BLAS_V))"'
SERVE_PC   := libmicrohttpd gnutls libsodium sqlite3
SERVE      := $(if $(STATIC)$(filter-out 1,$(foreach p,$(SERVE_PC),$(or $(call has,$p),0))),,1)
$(if $(SERVE),$(eval LDSERVE := $(shell $(PKG_CONFIG) --libs $(SERVE_PC))))

# LAPACK in OpenBLAS is Fortran, and its library holds numbers of 128 bits where C's are shorter.
FORTRAN    := $(if $(STATIC),-lgfortran $(if $(filter /%,$(shell $(CC) -print-file-name=libquadmath.a)),-lquadmath))
LIBS        = -lopenblas -lyaml -ljansson $(LDOPT) $(LDSERVE) $(FORTRAN) -lm -lpthread
SANFLAGS   := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
ALLFLAGS    = $(STD) $(WARN) -Iinclude -MMD -MP $(CPPOPT) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS)
LINK        = $(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) $(if $(STATIC),-static) -Wl,--as-needed -o $@

comma    := ,
B        ?= build$(if $(STATIC),-static)$(if $(SAN),-$(subst $(comma),-,$(SAN)))
NO_SERVE := $(if $(SERVE),,lib/net/% lib/serve/% cmd/maas-serve.c cmd/serve_% tests/unit/net_% tests/unit/serve_% tests/fuzz/net_%)
src       = $(filter-out $(NO_SERVE),$(wildcard $1))
# It stands in the C library's place, in maas-serve alone: an archive would give it to all.
FORGET   := lib/base/forget.c
LIB_C    := $(filter-out $(FORGET),$(call src,lib/*/*.c))
CMD_C    := $(call src,cmd/maas-*.c)
CLI_C    := $(filter-out $(NO_SERVE) $(wildcard cmd/maas-*.c),$(wildcard cmd/*.c))
UNIT_C   := $(call src,tests/unit/*.c)
BENCH_C  := $(call src,tests/bench/*.c)
FUZZ_C   := $(call src,tests/fuzz/*.c)
TOOL_C   := $(call src,tests/tool/*.c)
LIB      := $B/libmaas.a
CLI      := $B/libcli.a
CMDS     := $(CMD_C:cmd/%.c=$B/%)
UNITS    := $(UNIT_C:tests/unit/%.c=$B/unit/%)
BENCHES  := $(BENCH_C:tests/bench/%.c=$B/bench/%)
FUZZERS  := $(FUZZ_C:tests/fuzz/%.c=$B/fuzz/%)
TOOLS    := $(TOOL_C:tests/tool/%.c=$B/tool/%)
FUZZ_MAIN ?= $B/tests/replay.o
obj       = $(patsubst %.c,$B/%.o,$1)
V_       := $(if $(V),,@)

.PHONY: all found tests check check-long lint bench format install uninstall static dist deb clean help FORCE
.SECONDARY:
all: found $(CMDS)                      ## build the library and every command
found:
	@echo "  WITH  openblas yaml jansson $(FOUND)$(if $(SERVE), $(SERVE_PC))"
	@$(if $(MISSED),echo "  LEFT OUT what these serve:$(MISSED)",:)
	@$(if $(SERVE),:,echo "  LEFT OUT maas-serve: it wants $(SERVE_PC)$(if $(STATIC), of the machine that it runs on)")
$(LIB): $(call obj,$(LIB_C)) $(if $(SERVE),$B/page.o)
$(CLI): $(call obj,$(CLI_C))
$(LIB) $(CLI):
	@echo "  AR    $@"; rm -f $@
	$(V_)$(AR) rcs $@ $^
$B/maas-serve: $(FORGET:%.c=$B/%.o)
$(CMDS): $B/%: $B/cmd/%.o $(CLI) $(LIB)
	@echo "  LD    $@"
	$(V_)$(LINK) $^ $(LIBS)
$(UNITS) $(BENCHES) $(TOOLS): $B/%: $B/tests/%.o $(LIB)
	@mkdir -p $(@D); echo "  LD    $@"
	$(V_)$(LINK) $^ $(LIBS)
$(FUZZERS): $B/fuzz/%: $B/tests/fuzz/%.o $(FUZZ_MAIN) $(LIB)
	@mkdir -p $(@D); echo "  LD    $@"
	$(V_)$(LINK) $^ $(LIBS)
$B/%.o: %.c $B/flags
	@mkdir -p $(@D); echo "  CC    $<"
	$(V_)$(CC) $(ALLFLAGS) -c -o $@ $<
# The page of maas-serve lies in the binary.
PAGE     := $(sort $(wildcard data/page/*.html data/page/*.css data/page/*.js data/page/*.svg))
$B/page.c: scripts/make-page $(PAGE)
	@mkdir -p $(@D); echo "  PAGE  $@"
	$(V_)scripts/make-page $(PAGE) >$@.new && mv $@.new $@
$B/page.o: $B/page.c $B/flags
	@echo "  CC    $<"
	$(V_)$(CC) $(ALLFLAGS) -c -o $@ $<
# Where errno has to be told of a root of less than nothing, a root is a branch and no vector.
$B/lib/num/%.o: STD += -fno-math-errno
$B/tests/%.o: STD += $(TEST_CFLAGS)
# A tile of a product is one long straight line: checked inline it takes the compiler minutes.
ifneq ($(SAN),)
GCC      := $(if $(findstring clang,$(shell $(CC) --version)),,1)
$B/lib/num/tile_%.o: SANFLAGS := $(and $(GCC),$(findstring address,$(SAN)),-fsanitize=address --param asan-instrumentation-with-call-threshold=0)
endif
$B/flags: FORCE                         # rebuild everything when the flags change
	@mkdir -p $(@D); echo "$(CC) $(ALLFLAGS)" | cmp -s - $@ || echo "$(CC) $(ALLFLAGS)" >$@
FORCE:

tests: all $(UNITS) $(FUZZERS) $(TOOLS)
check: tests lint                       ## unit, command, pipe tests, fuzz corpora, lint
	@BIN=$(abspath $B) tests/run
check-long:                             ## all of it under sanitizers, and the fuzzers for a while
	@scripts/check-long
lint: all                               ## floors, sizes, manuals, banned functions, format
	@BIN=$(abspath $B) scripts/lint
bench: all $(BENCHES)                   ## rates, tab-separated; ONLY="NAME ..." for some of tests/bench
	@BIN=$(abspath $B) scripts/bench $(ONLY)
format:                                 ## lay out every source as .clang-format says
	clang-format -i $(wildcard lib/*/*.c cmd/*.c tests/*.c tests/*/*.c)
# What is installed where below $(PREFIX), as file:place.  $(INSTALLED) is what an install without a library leaves out, too.
LIBDIR   ?= lib
UNITDIR  ?= lib/systemd/system
VERSION  := $(shell sed -n 's/^.define MAAS_VERSION "\(.*\)"/\1/p' include/maas/base.h)
EXAMPLES := $(wildcard data/*.yaml) $(shell find data/clients data/cron data/experiments data/haproxy data/monitoring -type f ! -path '*/out/*')
in        = $(foreach f,$2,$f:$1/$(notdir $f))
FILES     = $(call in,bin,$(CMDS)) $(call in,$(LIBDIR),$(LIB)) $(call in,include/maas,$(wildcard include/maas/*)) \
	data/maas.pc:$(LIBDIR)/pkgconfig/maas.pc \
	$(foreach n,1 5 7,$(call in,share/man/man$n,$(wildcard man/*.$n))) \
	$(foreach c,$(CMDS),data/completion/maas.bash:share/bash-completion/completions/$(notdir $c)) \
	$(if $(SERVE),$(UNITS_D)) \
	$(foreach f,$(EXAMPLES),$f:share/maas/$(f:data/%=%)) \
	$(foreach f,$(shell find tests/data/example -type f),$f:share/maas/$(f:tests/data/%=%))
UNITS_D   = $(call in,$(UNITDIR),$(wildcard data/systemd/*))
SERVER    = bin/maas-serve share/bash-completion/completions/maas-serve $(foreach u,$(UNITS_D),$(lastword $(subst :, ,$u)))
INSTALLED = $(foreach f,$(FILES),$(lastword $(subst :, ,$f))) $(if $(SERVE),,$(SERVER))
# Texts tell of $(PREFIX), and of the example's data where they are installed.
quoted    = '$(subst ','\'',$1)'
PLACES    = PREFIX=$(call quoted,$(PREFIX)) LIBDIR='$(LIBDIR)' VERSION='$(VERSION)' LIBS=$(call quoted,$(LIBS)) \
	REQUIRES='$(if $(BLAS_V),openblas yaml-0.1 jansson )$(FOUND)$(if $(SERVE),$(SERVE_PC))'
install: all                            ## into $(DESTDIR)$(PREFIX), also over programs that run
	@echo "  INSTALL "$(call quoted,$(DESTDIR)$(PREFIX))
	$(V_)for f in $(FILES); do \
		to=$(call quoted,$(DESTDIR)$(PREFIX))/$${f#*:} f=$${f%:*}; m=644; [ ! -x "$$f" ] || m=755; \
		case $$f in \
		data/maas.pc|data/systemd/*|data/cron/*|data/experiments/*) $(PLACES) scripts/place "$$f" | install -D -m $$m /dev/stdin "$$to" ;; \
		*) install -D -m $$m "$$f" "$$to" ;; \
		esac || exit; \
	done
uninstall:                              ## remove what install puts there, and nothing else
	@echo "  UNINSTALL "$(call quoted,$(DESTDIR)$(PREFIX))
	$(V_)cd $(call quoted,$(DESTDIR)$(PREFIX)) && rm -f $(INSTALLED) && for d in include/maas share/maas; do \
		[ ! -d $$d ] || find $$d -depth -type d -exec rmdir --ignore-fail-on-non-empty {} +; done
static:                                 ## the filters as single files that want nothing of a machine, in build-static
	@$(MAKE) STATIC=1 all
dist:                                   ## $B/maas-VERSION.tar.gz of the tracked files, the same bytes every time
	@mkdir -p $B; echo "  DIST  $B/maas-$(VERSION).tar.gz"; scripts/dist maas-$(VERSION) $B/maas-$(VERSION).tar.gz
deb: dist                               ## Debian packages, in $B/deb
	@scripts/deb $B/maas-$(VERSION).tar.gz $B/deb
clean:                                  ## remove build trees
	rm -rf build build-*
help:                                   ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile
-include $(shell find $B -name '*.d' -type f 2>/dev/null)
