using Sparseland.Space.Datasets;

namespace Sparseland.Space.Worlds.Drives;

/// <summary>How one camera sees an actor.</summary>
/// <param name="Actor">Its number.</param>
/// <param name="AlonePixels">Pixels it would fill if nothing stood before it.</param>
/// <param name="VisiblePixels">Pixels it fills.</param>
/// <param name="Bounds">The box around the pixels it would fill, to their edges: left, top, right, bottom.</param>
/// <param name="Truncated">Share of its projected box outside the picture, 0 to 1.</param>
public readonly record struct ActorView(int Actor, int AlonePixels, int VisiblePixels, (double Left, double Top, double Right, double Bottom) Bounds, double Truncated)
{
    /// <summary>Visible pixels over those it would fill.</summary>
    public double Visibility => AlonePixels > 0 ? (double)VisiblePixels / AlonePixels : 0;

    /// <summary>KITTI's degree: 0 from 80 % visible, 1 from 50 %, 2 from 15 %, else 3.</summary>
    public int Occlusion => Visibility switch { >= 0.8 => 0, >= 0.5 => 1, >= 0.15 => 2, _ => 3 };

    /// <summary>nuScenes' level of a share visible: 1 below 40 %, 2 below 60 %, 3 below 80 %, 4 above.</summary>
    public static int Level(double visibility) => visibility switch { >= 0.8 => 4, >= 0.6 => 3, >= 0.4 => 2, _ => 1 };
}
