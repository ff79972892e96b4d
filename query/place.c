#include "query/place.h"

enum {
    AROUND = 12, /* directions */
    RINGS = 14   /* distances */
};

#define GAP       4.0 /* pixels from the point to its label, and between labels */
#define RING_STEP 14  /* from one distance to the next */

static bool touch(const struct place_box *a, const struct place_box *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom &&
           b->top < a->bottom;
}

static bool touches_point(const struct place_box *b, const struct place_label *p)
{
    double x = p->x < b->left ? b->left : p->x > b->right ? b->right : p->x;
    double y = p->y < b->top ? b->top : p->y > b->bottom ? b->bottom : p->y;
    double dx = p->x - x, dy = p->y - y, r = p->radius + 1;
    return dx * dx + dy * dy < r * r;
}

/* Whether a line comes into a box: what is left of it after each side has cut it (Liang and Barsky, "A New Concept
 * and Method for Line Clipping", ACM Transactions on Graphics 3, 1984). */
static bool crosses(const struct place_line *l, const struct place_box *b)
{
    double dx = l->x2 - l->x1, dy = l->y2 - l->y1, from = 0, to = 1;
    const double p[4] = {-dx, dx, -dy, dy};
    const double q[4] = {l->x1 - b->left, b->right - l->x1, l->y1 - b->top,
                         b->bottom - l->y1};
    for (unsigned i = 0; i < 4; i++) {
        if (p[i] == 0) {
            if (q[i] < 0)
                return false;
            continue;
        }
        double at = q[i] / p[i];
        if (p[i] < 0 && at > from)
            from = at;
        if (p[i] > 0 && at < to)
            to = at;
    }
    return from <= to;
}

/* The box in a direction: right, left, below, above, then between these. */
static struct place_box box_at(const struct place_label *l, unsigned way, double far)
{
    static const double ways[AROUND][2] = {
        {1, 0},       {-1, 0},       {0, 1},        {0, -1},
        {0.71, 0.71}, {0.71, -0.71}, {-0.71, 0.71}, {-0.71, -0.71},
        {0.38, 0.92}, {0.38, -0.92}, {-0.38, 0.92}, {-0.38, -0.92}};
    double x = ways[way][0], y = ways[way][1], reach = l->radius + GAP + far;
    double cx = l->x + x * reach, cy = l->y + y * reach;
    /* the side that looks to the point is the nearest one */
    double left = x > 0.5 ? cx : x < -0.5 ? cx - l->width : cx - l->width / 2 * (1 - x);
    double top = y > 0.5 ? cy : y < -0.5 ? cy - l->height : cy - l->height / 2;
    return (struct place_box){left, top, left + l->width, top + l->height};
}

/* From the point to the nearest place of a box. */
static struct place_line leader_to(const struct place_label *l,
                                   const struct place_box *box)
{
    double x = l->x < box->left ? box->left : l->x > box->right ? box->right : l->x;
    double y = l->y < box->top ? box->top : l->y > box->bottom ? box->bottom : l->y;
    return (struct place_line){l->x, l->y, x, y};
}

/* Whether a label that is placed, or the line to it, is in the way of a box and the line to that. */
static bool is_in_way(const struct place_label *other, const struct place_box *box,
                      const struct place_line *leader)
{
    return touch(box, &other->box) || (leader && crosses(leader, &other->box)) ||
           (other->far && crosses(&other->leader, box));
}

/* far: a line leads to the box. */
static bool is_free(const struct place_label *labels, size_t n, size_t at,
                    const struct place_box *box, const struct place_box *frame,
                    bool far)
{
    struct place_line leader = leader_to(&labels[at], box);
    if (box->left < frame->left || box->top < frame->top || box->right > frame->right ||
        box->bottom > frame->bottom)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (touches_point(box, &labels[i]))
            return false;
        if (i < at && labels[i].placed &&
            is_in_way(&labels[i], box, far ? &leader : NULL))
            return false;
    }
    return true;
}

static size_t lines_over(const struct place_line *lines, size_t n,
                         const struct place_box *box)
{
    size_t over = 0;
    for (size_t i = 0; i < n; i++)
        over += crosses(&lines[i], box);
    return over;
}

void place_labels(struct place_label *labels, size_t n, const struct place_line *lines,
                  size_t n_lines, struct place_box frame)
{
    for (size_t i = 0; i < n; i++) {
        struct place_label *l = &labels[i];
        l->placed = false;
        for (unsigned ring = 0; ring < RINGS && !l->placed; ring++) {
            size_t least = 0;
            for (unsigned way = 0; way < AROUND; way++) {
                struct place_box box = box_at(l, way, ring * RING_STEP);
                if (!is_free(labels, n, i, &box, &frame, ring > 0))
                    continue;
                size_t over = lines_over(lines, n_lines, &box);
                if (l->placed && over >= least)
                    continue;
                least = over;
                l->box = box;
                l->leader = leader_to(l, &box);
                l->placed = true;
                l->far = ring > 0;
            }
        }
    }
}
