using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Cameras;
using Sparseland.Space.Views;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.LightFields;

/// <summary>
/// The voxels that every mask allows (Laurentini, "The visual hull concept", 1994), carved from coarse to fine: a cell goes when the circle around its image holds no covered pixel in some view that sees
/// all of the circle. It is never too small; hollows that no outline shows stay filled.
/// </summary>
public sealed class VisualHull
{
    private const int NodesPerPart = 64;
    private const int CoarsestLevel = 3;

    // In the first, rough cube, which only tells where the scene is.
    private const int RoughLevel = 6;

    private readonly (PinholeCamera Camera, int[] Sums)[] _masks;

    /// <summary>Prepares the masks of views.</summary>
    /// <param name="views">Views of which each has an opacity or a depth.</param>
    /// <exception cref="UnsupportedException">A view has neither.</exception>
    public VisualHull(IReadOnlyList<PosedView> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        foreach (var view in views)
            if (view.Alpha is null && view.Depth is null)
                throw new UnsupportedException($"view {view.Name} has neither depth nor opacity, so nothing tells where the scene is; give pictures with an alpha channel, or depth");
        _masks = [.. views.Select(view => (view.Camera, CoveredBefore(view)))];
    }

    /// <summary>A cube around the scene, from the masks alone: first around the place that the cameras look at, as wide as they see there, then around the hull in that.</summary>
    /// <exception cref="InvalidSettingException">The masks exclude everything.</exception>
    public Cube FindCube()
    {
        var centre = NearestToAxes();
        var reach = 0f;
        foreach (var (camera, _) in _masks)
        {
            var half = Math.Max(Math.Max(camera.CentreX, camera.Width - camera.CentreX) / camera.FocalX, Math.Max(camera.CentreY, camera.Height - camera.CentreY) / camera.FocalY);
            reach = Math.Max(reach, half * Vector3.Distance(camera.Position, centre));
        }
        var rough = new Cube(centre - new Vector3(reach), 2 * reach);
        var box = Box3.Empty;
        var cell = rough.Size / (1 << RoughLevel);
        foreach (var code in Carve(rough, RoughLevel))
        {
            var (x, y, z) = MortonCode3.Decode(code);
            var corner = rough.Minimum + cell * new Vector3(x, y, z);
            box = box.Including(new Box3(corner, corner + new Vector3(cell)));
        }
        return OccupiedVoxels.CubeAround(box);
    }

    /// <summary>The cells of a cube that no mask excludes and some view sees.</summary>
    /// <param name="cube">The cube.</param>
    /// <param name="level">Depth of the octree.</param>
    /// <param name="cancellation">Looked at between levels.</param>
    /// <returns>Morton codes, rising.</returns>
    public ulong[] Carve(Cube cube, int level, CancellationToken cancellation = default)
    {
        var start = Math.Min(CoarsestLevel, level);
        var nodes = OccupiedVoxels.All(start);
        for (var at = start; ; at++)
        {
            cancellation.ThrowIfCancellationRequested();
            var keep = new bool[nodes.Length];
            WorkerPool.Run((nodes.Length + NodesPerPart - 1) / NodesPerPart, new CarveWork(this, cube, at, nodes, keep));
            var kept = nodes.Where((_, index) => keep[index]).ToArray();
            if (at == level)
                return kept;
            nodes = new ulong[8 * kept.Length];
            for (var i = 0; i < nodes.Length; i++)
                nodes[i] = (kept[i / 8] << 3) | (uint)(i % 8);
        }
    }

    private bool Keeps(Vector3 centre, float radius)
    {
        var seen = false;
        foreach (var (camera, sums) in _masks)
        {
            var image = camera.Project(centre);
            if (!(image.Z > 2 * radius))
                continue;
            // A circle around the image of the ball: its nearest point decides how large it may look.
            var around = radius / (image.Z - radius);
            var (left, right) = ((int)MathF.Floor(image.X - around * camera.FocalX), (int)MathF.Ceiling(image.X + around * camera.FocalX));
            var (top, bottom) = ((int)MathF.Floor(image.Y - around * camera.FocalY), (int)MathF.Ceiling(image.Y + around * camera.FocalY));
            if (right < 0 || bottom < 0 || left >= camera.Width || top >= camera.Height)
                continue;
            seen = true;
            // What the picture cuts off may be covered there.
            if (left < 0 || top < 0 || right >= camera.Width || bottom >= camera.Height)
                continue;
            var stride = camera.Width + 1;
            if (sums[(bottom + 1) * stride + right + 1] - sums[top * stride + right + 1] - sums[(bottom + 1) * stride + left] + sums[top * stride + left] == 0)
                return false;
        }
        return seen;
    }

    // Covered pixels above and to the left of each corner of the pixels: four of these numbers count those of a rectangle.
    private static int[] CoveredBefore(PosedView view)
    {
        var (width, height) = (view.Camera.Width, view.Camera.Height);
        var sums = new int[(width + 1) * (height + 1)];
        for (var row = 0; row < height; row++)
        {
            var inRow = 0;
            for (var column = 0; column < width; column++)
            {
                inRow += view.IsCovered(column, row) ? 1 : 0;
                sums[(row + 1) * (width + 1) + column + 1] = sums[row * (width + 1) + column + 1] + inRow;
            }
        }
        return sums;
    }

    // The point with the least sum of squared distances to the optical axes: sum (I - d dT) (p - o) = 0.
    private Vector3 NearestToAxes()
    {
        var matrix = new Matrix4x4();
        var (right, mean) = (Vector3.Zero, Vector3.Zero);
        foreach (var (camera, _) in _masks)
        {
            var (d, o) = (new Vector3(camera.Pose.M31, camera.Pose.M32, camera.Pose.M33), camera.Position);
            matrix += new Matrix4x4(
                1 - d.X * d.X, -d.X * d.Y, -d.X * d.Z, 0,
                -d.X * d.Y, 1 - d.Y * d.Y, -d.Y * d.Z, 0,
                -d.X * d.Z, -d.Y * d.Z, 1 - d.Z * d.Z, 0,
                0, 0, 0, 1);
            right += o - Vector3.Dot(o, d) * d;
            mean += (o + d) / _masks.Length;
        }
        // Axes that are all but parallel meet nowhere: then what lies a metre ahead.
        return matrix.GetDeterminant() > 1e-3f && Matrix4x4.Invert(matrix, out var inverse) ? Vector3.TransformNormal(right, inverse) : mean;
    }

    private readonly struct CarveWork(VisualHull hull, Cube cube, int level, ulong[] nodes, bool[] keep) : IParallelWork
    {
        public void Run(int part)
        {
            var cell = cube.Size / (1 << level);
            for (var node = part * NodesPerPart; node < Math.Min(nodes.Length, (part + 1) * NodesPerPart); node++)
            {
                var (x, y, z) = MortonCode3.Decode(nodes[node]);
                keep[node] = hull.Keeps(cube.Minimum + cell * (new Vector3(x, y, z) + new Vector3(0.5f)), 0.8660255f * cell);
            }
        }
    }
}
