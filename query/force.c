#include "query/force.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    STEPS = 500,
    PUSHES = 200,    /* of circles that touch */
    APART = 12,      /* pixels between circles */
    STRETCH_MOST = 2 /* one axis against the other, to fill the picture */
};

#define GRAVITY 0.8
/* The golden angle, 137.5 degrees: its cosine and sine. */
#define TURN_COS (-0.73736887807831963)
#define TURN_SIN 0.67549029426152396

struct vector {
    double x, y;
};

struct field {
    struct force_point *points;
    struct vector *moves;
    size_t n;
    double width, height;
    double distance; /* the ideal one */
};

/* A sunflower: evenly spread, no two at one place, no symmetry that forces cannot break. */
static void start(struct field *f)
{
    struct vector to = {1, 0};
    for (size_t i = 0; i < f->n; i++) {
        double share = sqrt(((double)i + 0.5) / (double)f->n);
        f->points[i].x = f->width / 2 * (1 + share * to.x);
        f->points[i].y = f->height / 2 * (1 + share * to.y);
        to = (struct vector){to.x * TURN_COS - to.y * TURN_SIN,
                             to.x * TURN_SIN + to.y * TURN_COS};
    }
}

static void repel(struct field *f)
{
    double k2 = f->distance * f->distance;
    for (size_t i = 0; i < f->n; i++) {
        for (size_t j = i + 1; j < f->n; j++) {
            double x = f->points[i].x - f->points[j].x;
            double y = f->points[i].y - f->points[j].y;
            double d2 = x * x + y * y, push = k2 / (d2 > 1 ? d2 : 1);
            f->moves[i].x += x * push;
            f->moves[i].y += y * push;
            f->moves[j].x -= x * push;
            f->moves[j].y -= y * push;
        }
    }
}

static void attract(struct field *f, const struct force_tie *ties, size_t n_ties)
{
    for (size_t i = 0; i < n_ties; i++) {
        const struct force_point *a = &f->points[ties[i].a], *b = &f->points[ties[i].b];
        double x = a->x - b->x, y = a->y - b->y;
        double pull = ties[i].pull * sqrt(x * x + y * y) / f->distance;
        f->moves[ties[i].a].x -= x * pull;
        f->moves[ties[i].a].y -= y * pull;
        f->moves[ties[i].b].x += x * pull;
        f->moves[ties[i].b].y += y * pull;
    }
    for (size_t i = 0; i < f->n; i++) {
        f->moves[i].x -=
            (f->points[i].x - f->width / 2) * GRAVITY * f->height / f->width;
        f->moves[i].y -= (f->points[i].y - f->height / 2) * GRAVITY;
    }
}

static void move(struct field *f, double most)
{
    for (size_t i = 0; i < f->n; i++) {
        double x = f->moves[i].x, y = f->moves[i].y, length = sqrt(x * x + y * y);
        double share = length > most ? most / length : 1;
        f->points[i].x += x * share;
        f->points[i].y += y * share;
        f->moves[i] = (struct vector){0, 0};
    }
}

static double between(double value, double least, double most)
{
    return most < least    ? (least + most) / 2
           : value < least ? least
           : value > most  ? most
                           : value;
}

static void keep_inside(struct field *f, struct force_point *p)
{
    p->x = between(p->x, p->radius, f->width - p->radius);
    p->y = between(p->y, p->radius, f->height - p->radius);
}

/* Stretches what was found over the whole picture. */
static void fill(struct field *f)
{
    struct vector least = {f->points[0].x, f->points[0].y}, most = least;
    for (size_t i = 1; i < f->n; i++) {
        const struct force_point *p = &f->points[i];
        least.x = p->x < least.x ? p->x : least.x;
        least.y = p->y < least.y ? p->y : least.y;
        most.x = p->x > most.x ? p->x : most.x;
        most.y = p->y > most.y ? p->y : most.y;
    }
    double edge = 2 * APART;
    double sx = most.x > least.x ? (f->width - 2 * edge) / (most.x - least.x) : 1;
    double sy = most.y > least.y ? (f->height - 2 * edge) / (most.y - least.y) : 1;
    sx = sx > sy * STRETCH_MOST ? sy * STRETCH_MOST : sx;
    sy = sy > sx * STRETCH_MOST ? sx * STRETCH_MOST : sy;
    for (size_t i = 0; i < f->n; i++) {
        struct force_point *p = &f->points[i];
        p->x = f->width / 2 + (p->x - (least.x + most.x) / 2) * sx;
        p->y = f->height / 2 + (p->y - (least.y + most.y) / 2) * sy;
        keep_inside(f, p);
    }
}

/* One round of pushing apart what touches; false if nothing did. */
static bool push(struct field *f)
{
    bool any = false;
    for (size_t i = 0; i < f->n; i++) {
        for (size_t j = i + 1; j < f->n; j++) {
            struct force_point *a = &f->points[i], *b = &f->points[j];
            double x = a->x - b->x, y = a->y - b->y, d = sqrt(x * x + y * y);
            double need = a->radius + b->radius + APART - d;
            if (need <= 0.01)
                continue;
            any = true;
            struct vector to = d > 0.01 ? (struct vector){x / d, y / d}
                                        : (struct vector){TURN_COS, TURN_SIN};
            a->x += to.x * need / 2;
            a->y += to.y * need / 2;
            b->x -= to.x * need / 2;
            b->y -= to.y * need / 2;
            keep_inside(f, a);
            keep_inside(f, b);
        }
    }
    return any;
}

int force_layout(struct force_point *points, size_t n, const struct force_tie *ties,
                 size_t n_ties, double width, double height, struct err *err)
{
    if (n == 0)
        return 0;
    struct field f = {points, calloc(n, sizeof *f.moves), n, width, height, 0};
    if (!f.moves)
        return err_set(err, ERR_NOMEM, "out of memory");
    f.distance = 0.75 * sqrt(width * height / (double)n);
    start(&f);
    for (unsigned step = 0; step < STEPS && n > 1; step++) {
        repel(&f);
        attract(&f, ties, n_ties);
        move(&f, width / 8 * (1 - (double)step / STEPS));
    }
    fill(&f);
    for (unsigned i = 0; i < PUSHES && push(&f); i++)
        continue;
    free(f.moves);
    return 0;
}
