/* model_card.h -- the verb of maas-model that shows a card and changes it. */
#ifndef MODEL_CARD_H
#define MODEL_CARD_H

#include "driver.h"
#include "maas/model.h"

struct card_options {
	struct maas_list set;
	int remove, json;
};
extern const struct maas_field card_fields[];

int model_card(struct call *);
/* Lines: what, a tab, the value. */
int model_card_print(const struct maas_model *);

#endif
