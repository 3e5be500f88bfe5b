using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Reproduce.RtmvSvlf;
using Sparseland.Space.LightFields;
using Sparseland.Space.Views;
using Sparseland.Threads;

namespace Sparseland.Reproduce.Tests.RtmvSvlf;

public class TracedViewsTests
{
    [Fact]
    public void Views_are_the_same_bytes_on_one_thread_and_on_two()
    {
        var threads = WorkerPool.ThreadCount;
        try
        {
            var bytes = new List<byte[]>();
            foreach (var count in new[] { 1, 2 })
            {
                WorkerPool.ThreadCount = count;
                var data = TracedViews.Trace("clutter", 3, 2, 1, 16, 4, null, CancellationToken.None);
                bytes.Add([.. data.All.SelectMany(view => MemoryMarshal.AsBytes(view.Colour.Pixels.AsSpan()).ToArray().Concat(MemoryMarshal.AsBytes(view.Depth!.Pixels.AsSpan()).ToArray()))]);
            }
            Assert.Equal(bytes[0], bytes[1]);
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
    }

    [Theory]
    [InlineData("clutter")]
    [InlineData("bricks")]
    public void Depth_projects_back_into_its_pixel_and_other_views_see_the_same_surface(string name)
    {
        var data = TracedViews.Trace(name, 1, 4, 1, 24, 1, null, CancellationToken.None);
        var (seen, agreeing) = (0, 0);
        foreach (var view in data.Train)
        {
            for (var row = 0; row < 24; row++)
            {
                for (var column = 0; column < 24; column++)
                {
                    if (!float.IsFinite(view.Depth![column, row]))
                        continue;
                    var point = view.Camera.RayThrough(column, row).At(view.Depth[column, row]);
                    var image = view.Camera.Project(point);
                    Assert.Equal(column, image.X, 1e-3f);
                    Assert.Equal(row, image.Y, 1e-3f);
                    seen++;
                    agreeing += data.Train.Count(other => Agrees(other, point)) > 1 ? 1 : 0;
                }
            }
        }
        // Most of what one view sees another sees as well, at the same distance; a shift of the axes would leave none.
        Assert.InRange(agreeing, 0.5 * seen, seen);
        Assert.InRange(seen, 500, 4 * 24 * 24);
    }

    [Fact]
    public void A_light_field_of_such_views_has_a_voxel_for_every_hit()
    {
        var rays = new RayTable(TracedViews.Trace("bricks", 2, 3, 1, 16, 1, null, CancellationToken.None).Train, Vector3.One);
        var trainer = LightFieldTrainer.Begin(rays, new() { Level = 5, MinimumHits = 1 }, new() { Steps = 10, BatchRays = 64 });
        Assert.InRange(trainer.Field.VoxelCount, 50, rays.Hits().Length);
        Assert.True(trainer.Step() > 0);
    }

    private static bool Agrees(PosedView view, Vector3 point)
    {
        var image = view.Camera.Project(point);
        var (column, row) = ((int)MathF.Round(image.X), (int)MathF.Round(image.Y));
        return column >= 0 && row >= 0 && column < view.Camera.Width && row < view.Camera.Height && Math.Abs(view.Depth![column, row] - Vector3.Distance(point, view.Camera.Position)) < 0.15f;
    }
}
