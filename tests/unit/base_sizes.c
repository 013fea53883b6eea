/* Sizes that wrap around are refused: of the library as it is. */
#include "../sizes.h"

int
refused(int rc)
{
	return rc < 0 && maas_why() == MAAS_OS;
}
