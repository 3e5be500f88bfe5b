using System.Numerics;
using Sparseland.Space.LightFields;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.Tests.LightFields;

public class OccupiedVoxelsTests
{
    private static readonly Cube s_cube = new(Vector3.Zero, 8);

    [Fact]
    public void A_voxel_is_occupied_from_the_asked_number_of_hits_on()
    {
        Vector3[] hits = [new(1.5f, 2.5f, 3.5f), new(1.6f, 2.1f, 3.9f), new(5.5f, 5.5f, 5.5f), new(9, 1, 1)];
        Assert.Equal([MortonCode3.Encode(1, 2, 3)], OccupiedVoxels.FromHits(hits, s_cube, 3, 2));
        Assert.Equal([MortonCode3.Encode(1, 2, 3), MortonCode3.Encode(5, 5, 5)], OccupiedVoxels.FromHits(hits, s_cube, 3, 1));
    }

    [Fact]
    public void Widening_adds_the_voxels_beside_the_faces_and_stays_in_the_cube()
    {
        var middle = OccupiedVoxels.FromHits([new Vector3(4.5f)], s_cube, 3, 1, dilation: 1);
        Assert.Equal(7, middle.Length);
        Assert.Equal(middle.Order(), middle);
        Assert.Equal(4, OccupiedVoxels.FromHits([new Vector3(0.5f)], s_cube, 3, 1, dilation: 1).Length);
    }

    [Fact]
    public void Every_depth_of_a_view_lies_in_a_voxel_and_projects_back_into_its_pixel()
    {
        var views = BallScene.Make(5, 0, 24).Train;
        var rays = new RayTable(views, Vector3.One);
        var hits = rays.Hits();
        var cube = OccupiedVoxels.CubeAround(Box3.Around(hits));
        var codes = OccupiedVoxels.FromHits(hits, cube, 6, 1);
        var found = new ulong[hits.Length];
        MortonCode3.Encode(hits, cube, 6, found);
        Assert.All(found, code => Assert.True(Array.BinarySearch(codes, code) >= 0));
        var (ray, hit) = (0, 0);
        foreach (var view in views)
        {
            for (var row = 0; row < 24; row++)
            {
                for (var column = 0; column < 24; column++, ray++)
                {
                    if (!float.IsFinite(rays.Depths[ray]))
                        continue;
                    var image = view.Camera.Project(hits[hit++]);
                    Assert.Equal(column, image.X, 1e-3f);
                    Assert.Equal(row, image.Y, 1e-3f);
                }
            }
        }
        Assert.Equal(hits.Length, hit);
    }

    [Fact]
    public void The_visual_hull_holds_every_voxel_of_the_surface_and_not_the_empty_corners()
    {
        var views = BallScene.Make(30, 0, 48).Train;
        var hull = new VisualHull(views);
        var cube = hull.FindCube();
        var hits = new RayTable(views, Vector3.One).Hits();
        Assert.All(hits, hit => Assert.True(cube.Contains(hit)));
        Assert.InRange(cube.Size, 1.5f, 2.4f);
        var codes = hull.Carve(cube, 5);
        var surface = OccupiedVoxels.FromHits(hits, cube, 5, 1);
        Assert.All(surface, code => Assert.True(Array.BinarySearch(codes, code) >= 0));
        Assert.InRange(codes.Length, surface.Length, 32 * 32 * 32 / 3);
    }
}
