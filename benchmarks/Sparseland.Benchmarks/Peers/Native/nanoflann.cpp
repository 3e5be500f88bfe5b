// nanoflann behind a flat interface: three floats a point, leaves of 16, squared distances.
#include <nanoflann.hpp>
#include <cstdint>

struct Cloud
{
    const float* points;
    size_t count;
    size_t kdtree_get_point_count() const { return count; }
    float kdtree_get_pt(size_t i, size_t axis) const { return points[3 * i + axis]; }
    template <class Box> bool kdtree_get_bbox(Box&) const { return false; }
};

using Tree = nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<float, Cloud>, Cloud, 3, uint32_t>;

struct Index
{
    Cloud cloud;
    Tree tree;
    Index(const float* points, size_t count) : cloud{points, count}, tree(3, cloud, nanoflann::KDTreeSingleIndexAdaptorParams(16)) { tree.buildIndex(); }
};

extern "C" void* peer_build(const float* points, long count) { return new Index(points, count); }

extern "C" void peer_release(void* index) { delete (Index*)index; }

extern "C" void peer_nearest(void* index, const float* queries, long count, int k, uint32_t* numbers, float* squared)
{
    for (long i = 0; i < count; i++)
        ((Index*)index)->tree.knnSearch(queries + 3 * i, k, numbers + k * i, squared + k * i);
}
