using System.Numerics;

namespace Sparseland.Space.Rays;

/// <content>The walks without vector instructions.</content>
public sealed unsafe partial class Bvh
{
    private RayHit FirstHitByNumbers(in Ray ray, bool anyWillDo)
    {
        var setup = new RaySetup(ray, _reach);
        var best = new BestHit(ray.Maximum);
        var stack = stackalloc (int Reference, float Near)[BvhLayout.StackEntries];
        var waiting = 0;
        stack[waiting++] = (0, ray.Minimum);
        while (waiting > 0)
        {
            var (reference, near) = stack[--waiting];
            if (near > best.Distance)
                continue;
            if (reference < 0)
            {
                HitLanes(0xFF, setup, ray.Minimum, _blocks + (long)~reference * BvhLayout.BlockFloats, ref best);
                if (anyWillDo && best.IsFound)
                    break;
                continue;
            }
            var node = _nodes + (long)reference * BvhLayout.NodeFloats;
            var first = waiting;
            for (var child = 0; child < BvhLayout.Width; child++)
            {
                if (!MeetsBox(node + child, setup, ray.Minimum, best.Distance, out near))
                    continue;
                // The nearest of them must come off the stack first.
                var place = waiting++;
                for (; place > first && stack[place - 1].Near < near; place--)
                    stack[place] = stack[place - 1];
                stack[place] = (((int*)node)[BvhLayout.ReferenceRow + child], near);
            }
        }
        return best.Hit();
    }

    private static bool MeetsBox(float* box, in RaySetup ray, float least, float greatest, out float near)
    {
        near = least;
        for (var axis = 0; axis < 3; axis++)
        {
            var (low, high) = (box[2 * axis * BvhLayout.Width], box[(2 * axis + 1) * BvhLayout.Width]);
            var isForward = ray.Inverse[axis] > 0;
            near = MathF.Max(near, (isForward ? low : high) * ray.Inverse[axis] + ray.Near[axis]);
            greatest = MathF.Min(greatest, (isForward ? high : low) * ray.Inverse[axis] + ray.Far[axis]);
        }
        return near <= greatest;
    }

    private static void HitLanes(uint lanes, in RaySetup setup, float minimum, float* block, ref BestHit best)
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            var (a, b, c) = Corners(block, lane);
            if (RayTriangle.Meets(setup, a, b, c, out var distance, out var shareB, out var shareC, out var determinant) && distance >= minimum)
                best.Offer(distance, ((int*)block)[BvhLayout.NumberRow + lane], shareB, shareC, determinant);
        }
    }

    private SurfacePoint ClosestByNumbers(Vector3 point, float reachSquared)
    {
        var best = new BestPoint(point, reachSquared, _reach);
        var stack = stackalloc (int Reference, float Near)[BvhLayout.StackEntries];
        var waiting = 0;
        stack[waiting++] = (0, 0);
        while (waiting > 0)
        {
            var (reference, near) = stack[--waiting];
            if (!(near <= best.Bound))
                continue;
            if (reference < 0)
            {
                var block = _blocks + (long)~reference * BvhLayout.BlockFloats;
                for (var lane = 0; lane < BvhLayout.Width; lane++)
                {
                    var (a, b, c) = Corners(block, lane);
                    var offset = TriangleDistance.Nearest(point, a, b, c, out var squared, out var u, out var v);
                    best.Offer(squared, ((int*)block)[BvhLayout.NumberRow + lane], offset, u, v);
                }
                continue;
            }
            var node = _nodes + (long)reference * BvhLayout.NodeFloats;
            var first = waiting;
            for (var child = 0; child < BvhLayout.Width; child++)
            {
                near = SquaredToBox(node + child, point);
                if (!(near <= best.Bound))
                    continue;
                var place = waiting++;
                for (; place > first && stack[place - 1].Near < near; place--)
                    stack[place] = stack[place - 1];
                stack[place] = (((int*)node)[BvhLayout.ReferenceRow + child], near);
            }
        }
        return best.Nearest();
    }

    private static float SquaredToBox(float* box, Vector3 point)
    {
        var squared = 0f;
        for (var axis = 0; axis < 3; axis++)
        {
            var outside = MathF.Max(0, MathF.Max(box[2 * axis * BvhLayout.Width] - point[axis], point[axis] - box[(2 * axis + 1) * BvhLayout.Width]));
            squared += outside * outside;
        }
        return squared;
    }

    private static (Vector3 A, Vector3 B, Vector3 C) Corners(float* block, int lane) => (Corner(block + lane), Corner(block + 3 * BvhLayout.Width + lane), Corner(block + 6 * BvhLayout.Width + lane));

    private static Vector3 Corner(float* place) => new(place[0], place[BvhLayout.Width], place[2 * BvhLayout.Width]);
}
