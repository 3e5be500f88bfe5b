// Embree behind a flat interface. A ray is 8 floats: origin, direction, least and greatest distance; a hit is the triangle's number, distance, u and v. Default quality and flags; one thread.
#include <embree3/rtcore.h>
#include <cmath>
#include <limits>

static RTCDevice device()
{
    static RTCDevice one = rtcNewDevice("threads=1,set_affinity=0");
    return one;
}

struct Hit { int triangle; float distance, u, v; };

extern "C" void* peer_build(const float* positions, int vertices, const int* triangles, int count)
{
    RTCGeometry geometry = rtcNewGeometry(device(), RTC_GEOMETRY_TYPE_TRIANGLE);
    // Buffers of its own, copied into: it reads vertices 16 bytes at a time, beyond the end of foreign ones.
    float* own = (float*)rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3, 12, vertices);
    for (long i = 0; i < 3l * vertices; i++) own[i] = positions[i];
    unsigned* numbers = (unsigned*)rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3, 12, count);
    for (long i = 0; i < 3l * count; i++) numbers[i] = (unsigned)triangles[i];
    rtcCommitGeometry(geometry);
    RTCScene scene = rtcNewScene(device());
    rtcAttachGeometry(scene, geometry);
    rtcReleaseGeometry(geometry);
    rtcCommitScene(scene);
    return scene;
}

extern "C" void peer_release(void* scene) { rtcReleaseScene((RTCScene)scene); }

extern "C" void peer_single(void* scene, const float* rays, Hit* hits, int count, int coherent)
{
    RTCIntersectContext context;
    rtcInitIntersectContext(&context);
    context.flags = coherent ? RTC_INTERSECT_CONTEXT_FLAG_COHERENT : RTC_INTERSECT_CONTEXT_FLAG_INCOHERENT;
    for (int i = 0; i < count; i++)
    {
        const float* r = rays + 8l * i;
        RTCRayHit ray;
        ray.ray = { r[0], r[1], r[2], r[6], r[3], r[4], r[5], 0, r[7], 0xFFFFFFFFu, 0, 0 };
        ray.hit.geomID = RTC_INVALID_GEOMETRY_ID;
        ray.hit.instID[0] = RTC_INVALID_GEOMETRY_ID;
        rtcIntersect1((RTCScene)scene, &context, &ray);
        bool found = ray.hit.geomID != RTC_INVALID_GEOMETRY_ID;
        hits[i] = { found ? (int)ray.hit.primID : -1, found ? ray.ray.tfar : std::numeric_limits<float>::infinity(), ray.hit.u, ray.hit.v };
    }
}

extern "C" void peer_packets(void* scene, const float* rays, Hit* hits, int count, int coherent)
{
    RTCIntersectContext context;
    rtcInitIntersectContext(&context);
    context.flags = coherent ? RTC_INTERSECT_CONTEXT_FLAG_COHERENT : RTC_INTERSECT_CONTEXT_FLAG_INCOHERENT;
    alignas(32) int valid[8];
    alignas(32) RTCRayHit8 packet;
    for (int first = 0; first < count; first += 8)
    {
        for (int lane = 0; lane < 8; lane++)
        {
            const float* r = rays + 8l * (first + lane < count ? first + lane : count - 1);
            valid[lane] = first + lane < count ? -1 : 0;
            packet.ray.org_x[lane] = r[0]; packet.ray.org_y[lane] = r[1]; packet.ray.org_z[lane] = r[2];
            packet.ray.dir_x[lane] = r[3]; packet.ray.dir_y[lane] = r[4]; packet.ray.dir_z[lane] = r[5];
            packet.ray.tnear[lane] = r[6]; packet.ray.tfar[lane] = r[7];
            packet.ray.time[lane] = 0; packet.ray.mask[lane] = 0xFFFFFFFFu; packet.ray.id[lane] = 0; packet.ray.flags[lane] = 0;
            packet.hit.geomID[lane] = RTC_INVALID_GEOMETRY_ID;
            packet.hit.instID[0][lane] = RTC_INVALID_GEOMETRY_ID;
        }
        rtcIntersect8(valid, (RTCScene)scene, &context, &packet);
        for (int lane = 0; lane < 8 && first + lane < count; lane++)
        {
            bool found = packet.hit.geomID[lane] != RTC_INVALID_GEOMETRY_ID;
            hits[first + lane] = { found ? (int)packet.hit.primID[lane] : -1, found ? packet.ray.tfar[lane] : std::numeric_limits<float>::infinity(), packet.hit.u[lane], packet.hit.v[lane] };
        }
    }
}
