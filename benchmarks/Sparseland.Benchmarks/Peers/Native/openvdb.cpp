// OpenVDB behind a flat interface: float grids, coordinates as three integers each.
#include <openvdb/openvdb.h>
#include <openvdb/tools/MeshToVolume.h>
#include <tbb/global_control.h>

using Grid = openvdb::FloatGrid;

static tbb::global_control& one_thread()
{
    static tbb::global_control control(tbb::global_control::max_allowed_parallelism, 1);
    return control;
}

static void start()
{
    static bool once = (one_thread(), openvdb::initialize(), true);
    (void)once;
}

extern "C" void* peer_create(const int* places, const float* values, long count, float background)
{
    start();
    auto grid = Grid::create(background);
    auto accessor = grid->getAccessor();
    for (long i = 0; i < count; i++)
        accessor.setValue(openvdb::Coord(places[3 * i], places[3 * i + 1], places[3 * i + 2]), values ? values[i] : 1.0f);
    return new Grid::Ptr(grid);
}

extern "C" void peer_release(void* grid) { delete (Grid::Ptr*)grid; }

extern "C" float peer_read(void* grid, const int* places, long count)
{
    auto accessor = (*(Grid::Ptr*)grid)->getConstAccessor();
    float sum = 0;
    for (long i = 0; i < count; i++)
        sum += accessor.getValue(openvdb::Coord(places[3 * i], places[3 * i + 1], places[3 * i + 2]));
    return sum;
}

extern "C" long peer_bytes(void* grid) { return (*(Grid::Ptr*)grid)->memUsage(); }

extern "C" long peer_active(void* grid) { return (*(Grid::Ptr*)grid)->activeVoxelCount(); }

extern "C" void* peer_level_set(const float* positions, int vertices, const int* triangles, int count, float voxel, float half_width)
{
    start();
    std::vector<openvdb::Vec3s> points(vertices);
    std::vector<openvdb::Vec3I> numbers(count);
    for (long i = 0; i < vertices; i++) points[i] = openvdb::Vec3s(positions + 3 * i);
    for (long i = 0; i < count; i++) numbers[i] = openvdb::Vec3I(triangles[3 * i], triangles[3 * i + 1], triangles[3 * i + 2]);
    auto transform = openvdb::math::Transform::createLinearTransform(voxel);
    return new Grid::Ptr(openvdb::tools::meshToLevelSet<Grid>(*transform, points, numbers, half_width));
}
