using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Views;

namespace Sparseland.Space.LightFields;

/// <summary>All pixels of some views as rays with the values they shall have: what every method here learns from, and in the same numbers.</summary>
public sealed class RayTable
{
    private readonly Vector3[] _positions;
    private readonly int[] _firstRays;

    /// <summary>The rays of views.</summary>
    /// <param name="views">At least one.</param>
    /// <param name="background">The display values of what lies behind everything; views with an opacity are laid over it.</param>
    /// <exception cref="InvalidSettingException">There are no views.</exception>
    /// <exception cref="MismatchException">Some views have depth and some have none.</exception>
    /// <exception cref="NumericalException">A pixel is not a finite number; names the view and the pixel.</exception>
    public RayTable(IReadOnlyList<PosedView> views, Vector3 background)
    {
        ArgumentNullException.ThrowIfNull(views);
        if (views.Count == 0)
            throw new InvalidSettingException("no views to learn from; give a dataset with training views");
        Background = background;
        Views = views;
        _positions = [.. views.Select(view => view.Camera.Position)];
        _firstRays = new int[views.Count + 1];
        for (var i = 0; i < views.Count; i++)
            _firstRays[i + 1] = checked(_firstRays[i] + views[i].Camera.Width * views[i].Camera.Height);
        HasDepth = views[0].Depth is not null;
        Directions = new Vector3[Count];
        Colours = new Vector3[Count];
        Depths = new float[Count];
        for (var i = 0; i < views.Count; i++)
        {
            if (views[i].Depth is not null != HasDepth)
                throw new MismatchException($"view {views[i].Name} has {(HasDepth ? "no depth" : "a depth")} and view {views[0].Name} has {(HasDepth ? "one" : "none")}; give all of them depth, or none");
            Fill(i);
        }
    }

    /// <summary>The views.</summary>
    public IReadOnlyList<PosedView> Views { get; }

    /// <summary>The display values of what lies behind everything.</summary>
    public Vector3 Background { get; }

    /// <summary>How many rays there are.</summary>
    public int Count => _firstRays[^1];

    /// <summary>Whether the views have depth.</summary>
    public bool HasDepth { get; }

    /// <summary>The direction of each ray, of length one.</summary>
    public Vector3[] Directions { get; }

    /// <summary>The display values of each pixel over the background, in [0, 1].</summary>
    public Vector3[] Colours { get; }

    /// <summary>The distance along each ray to what is seen, in metres; infinity where nothing is, NaN where it is not known.</summary>
    public float[] Depths { get; }

    /// <summary>Where a ray begins: at its view's camera.</summary>
    public Vector3 Origin(int ray)
    {
        var at = Array.BinarySearch(_firstRays, ray);
        return _positions[at >= 0 ? at : ~at - 1];
    }

    /// <summary>The points that are seen, by depth.</summary>
    public Vector3[] Hits()
    {
        var hits = new List<Vector3>();
        for (var ray = 0; ray < Count; ray++)
            if (float.IsFinite(Depths[ray]))
                hits.Add(Origin(ray) + Depths[ray] * Directions[ray]);
        return [.. hits];
    }

    private void Fill(int index)
    {
        var view = Views[index];
        var camera = view.Camera;
        var display = view.Display(Background);
        for (var row = 0; row < camera.Height; row++)
        {
            for (var column = 0; column < camera.Width; column++)
            {
                var ray = _firstRays[index] + row * camera.Width + column;
                var colour = display[column, row];
                var depth = view.Depth is { } known ? known[column, row] : float.NaN;
                if (!float.IsFinite(colour.X + colour.Y + colour.Z) || (HasDepth && !(depth > 0)))
                    throw new NumericalException($"view {view.Name}, column {column}, row {row}: colour {colour} and depth {depth}; colours must be finite and depths above 0");
                Directions[ray] = camera.RayThrough(column, row).Direction;
                Colours[ray] = colour;
                Depths[ray] = depth;
            }
        }
    }
}
