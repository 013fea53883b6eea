/* Sizes that wrap around are refused: of the library as it is. */
#include <stdint.h>

#include "maas/base.h"

static int
refused(int rc)
{
	return rc < 0 && maas_why() == MAAS_OS;
}
#include "../sizes.h"
