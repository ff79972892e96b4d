#include <criterion/criterion.h>
#include <stdint.h>

#include "query/place.h"

static const struct place_box frame = {0, 0, 800, 500};

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static bool over(const struct place_box *a, const struct place_box *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom &&
           b->top < a->bottom;
}

/* By sampling, another way than the one that places. */
static bool over_point(const struct place_box *b, const struct place_label *p)
{
    for (double x = b->left; x <= b->right; x += 0.5)
        for (double y = b->top; y <= b->bottom; y += 0.5)
            if ((x - p->x) * (x - p->x) + (y - p->y) * (y - p->y) <
                p->radius * p->radius)
                return true;
    return false;
}

static bool over_line(const struct place_box *b, const struct place_line *l)
{
    for (unsigned i = 0; i <= 500; i++) {
        double x = l->x1 + (l->x2 - l->x1) * i / 500,
               y = l->y1 + (l->y2 - l->y1) * i / 500;
        if (x > b->left && x < b->right && y > b->top && y < b->bottom)
            return true;
    }
    return false;
}

static size_t check(const struct place_label *labels, size_t n)
{
    size_t placed = 0;
    for (size_t i = 0; i < n; i++) {
        const struct place_box *b = &labels[i].box;
        if (!labels[i].placed)
            continue;
        placed++;
        cr_assert(b->left >= 0 && b->top >= 0 && b->right <= 800 && b->bottom <= 500);
        for (size_t j = 0; j < n; j++) {
            cr_assert_not(over_point(b, &labels[j]), "label %zu, point %zu", i, j);
            cr_assert(j >= i || !labels[j].placed || !over(b, &labels[j].box));
            cr_assert(j == i || !labels[j].far || !labels[j].placed ||
                          !over_line(b, &labels[j].leader),
                      "label %zu, line to %zu", i, j);
        }
    }
    return placed;
}

Test(place, nothing_touches)
{
    uint64_t state = 7;
    for (size_t n = 1; n <= 60; n += 7) {
        struct place_label labels[60] = {{0}};
        struct place_line lines[30];
        for (size_t i = 0; i < n; i++)
            labels[i] = (struct place_label){.x = (double)(next(&state) % 800),
                                             .y = (double)(next(&state) % 500),
                                             .radius = (double)(next(&state) % 20),
                                             .width = 20 + (double)(next(&state) % 80),
                                             .height = 16};
        for (size_t i = 0; i < 30; i++)
            lines[i] = (struct place_line){
                (double)(next(&state) % 800), (double)(next(&state) % 500),
                (double)(next(&state) % 800), (double)(next(&state) % 500)};
        place_labels(labels, n, lines, 30, frame);
        cr_expect_geq(check(labels, n), n * 9 / 10, "of %zu", n);
    }
}

Test(place, off_the_line)
{
    struct place_label label = {
        .x = 400, .y = 250, .radius = 5, .width = 60, .height = 16};
    const struct place_line line = {400, 250, 800, 250};
    place_labels(&label, 1, NULL, 0, frame);
    cr_expect(label.placed && !label.far && label.box.left > 400, "to the right");
    place_labels(&label, 1, &line, 1, frame);
    cr_expect(label.placed && !label.far && label.box.right < 400, "to the left");
    label.x = 10;
    place_labels(&label, 1, &line, 1, frame);
    cr_expect(label.placed && label.box.left > 10, "left of it the picture ends");
}

Test(place, far_away_where_it_is_full)
{
    struct place_label labels[40];
    for (size_t i = 0; i < 40; i++)
        labels[i] = (struct place_label){.x = 400 + (double)(i % 8) * 9,
                                         .y = 250 + (double)(i / 8) * 9,
                                         .radius = 4,
                                         .width = 70,
                                         .height = 16};
    place_labels(labels, 40, NULL, 0, frame);
    size_t placed = check(labels, 40), far = 0;
    for (size_t i = 0; i < 40; i++)
        far += labels[i].placed && labels[i].far;
    cr_expect(placed > 8 && far > 0, "%zu, %zu", placed, far);
}

Test(place, no_room_at_all)
{
    struct place_label label = {
        .x = 400, .y = 250, .radius = 5, .width = 900, .height = 16};
    place_labels(&label, 1, NULL, 0, frame);
    cr_expect_not(label.placed);
}
