using System.Numerics;
using Sparseland.Space.Cameras;
using Sparseland.Space.Sensors;
using Sparseland.Space.Worlds.Streets;
using Sparseland.Threads;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>Finds how a picture's camera sees every actor: draws each alone and compares with the picture's object numbers.</summary>
public static class ActorViews
{
    private const float Near = 0.05f;

    // Corners of a box that an edge joins: bits are x, y and z.
    private static readonly (int, int)[] Edges = [(0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7)];

    /// <summary>The actors that fill at least one pixel alone.</summary>
    /// <param name="world">The world.</param>
    /// <param name="picture">A picture of it.</param>
    /// <param name="time">When it was taken.</param>
    public static IReadOnlyList<ActorView> Of(StreetWorld world, CameraPicture picture, double time)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(picture);
        var visible = new int[world.ActorCount + 1];
        foreach (var id in picture.Objects.Pixels)
        {
            if (id < visible.Length)
                visible[id]++;
        }
        var views = new ActorView[world.ActorCount];
        WorkerPool.Run(views.Length, new Work(world, world.At(time), picture, visible, time, views));
        return [.. views.Where(view => view.AlonePixels > 0)];
    }

    /// <summary>The box around a box's projection, not cut at the picture's borders: left, top, right, bottom; null when all of it is behind the camera.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="corners">Eight corners; bits of the number are x, y and z.</param>
    public static (float Left, float Top, float Right, float Bottom)? Project(PinholeCamera camera, ReadOnlySpan<Vector3> corners)
    {
        ArgumentNullException.ThrowIfNull(camera);
        var (low, high) = (new Vector2(float.PositiveInfinity), new Vector2(float.NegativeInfinity));
        var axis = new Vector3(camera.Pose.M31, camera.Pose.M32, camera.Pose.M33);
        foreach (var (i, j) in Edges)
        {
            var (a, b) = (corners[i], corners[j]);
            var (near, far) = (Vector3.Dot(a - camera.Position, axis), Vector3.Dot(b - camera.Position, axis));
            if (near < Near && far < Near)
                continue;
            // What crosses the near plane is cut there: behind it a projection means nothing.
            if (near < Near)
                a = Vector3.Lerp(a, b, (Near - near) / (far - near));
            if (far < Near)
                b = Vector3.Lerp(b, a, (Near - far) / (near - far));
            foreach (var end in (ReadOnlySpan<Vector3>)[a, b])
            {
                var image = camera.Project(end);
                (low, high) = (Vector2.Min(low, new(image.X, image.Y)), Vector2.Max(high, new(image.X, image.Y)));
            }
        }
        return low.X <= high.X ? (low.X, low.Y, high.X, high.Y) : null;
    }

    private readonly record struct Work(StreetWorld World, StreetMoment Moment, CameraPicture Picture, int[] Visible, double Time, ActorView[] Views) : IParallelWork
    {
        public void Run(int part)
        {
            var actor = World.Actors[part];
            var (place, camera) = (actor.PlaceAt(Time), Picture.Camera);
            Span<Vector3> corners = stackalloc Vector3[8];
            for (var corner = 0; corner < 8; corner++)
            {
                var (low, high) = (actor.Box.Minimum, actor.Box.Maximum);
                corners[corner] = place.ToWorld(new((corner & 1) == 0 ? low.X : high.X, (corner & 2) == 0 ? low.Y : high.Y, (corner & 4) == 0 ? low.Z : high.Z));
            }
            if (Project(camera, corners) is not { } box)
                return;
            var (left, right) = (Math.Max(0, (int)MathF.Floor(box.Left)), Math.Min(camera.Width - 1, (int)MathF.Ceiling(box.Right)));
            var (top, bottom) = (Math.Max(0, (int)MathF.Floor(box.Top)), Math.Min(camera.Height - 1, (int)MathF.Ceiling(box.Bottom)));
            // A lens moves the projection: then every pixel is asked.
            if (Picture.Lens is not null)
                (left, right, top, bottom) = (0, camera.Width - 1, 0, camera.Height - 1);
            var (alone, first, last) = (0, (X: int.MaxValue, Y: int.MaxValue), (X: -1, Y: -1));
            for (var row = top; row <= bottom; row++)
            {
                for (var column = left; column <= right; column++)
                {
                    var ray = Picture.RayThrough(camera, column, row);
                    if (!Moment.FirstHitOf(in ray, Time, actor.Id).IsHit)
                        continue;
                    alone++;
                    (first, last) = ((Math.Min(first.X, column), Math.Min(first.Y, row)), (Math.Max(last.X, column), Math.Max(last.Y, row)));
                }
            }
            Views[part] = new(actor.Id, alone, Visible[actor.Id], (first.X - 0.5, first.Y - 0.5, last.X + 0.5, last.Y + 0.5), Truncation(camera, box));
        }

        private static double Truncation(PinholeCamera camera, (float Left, float Top, float Right, float Bottom) box)
        {
            var area = (double)(box.Right - box.Left) * (box.Bottom - box.Top);
            var width = Math.Min(box.Right, camera.Width - 0.5) - Math.Max(box.Left, -0.5);
            var height = Math.Min(box.Bottom, camera.Height - 0.5) - Math.Max(box.Top, -0.5);
            return area > 0 ? Math.Clamp(1 - Math.Max(0, width) * Math.Max(0, height) / area, 0, 1) : 0;
        }
    }
}
