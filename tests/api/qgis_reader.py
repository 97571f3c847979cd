"""What QGIS makes of an OGC API, as JSON; run by the Python that QGIS came with, in a process of its own.

python3 qgis_reader.py ADDRESS COLLECTION [FILTER [MINX,MINY,MAXX,MAXY]]
"""

import json
import sys

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsDataSourceUri,
    QgsFeatureRequest,
    QgsRectangle,
    QgsVectorLayer,
)


def main(address, collection, where="", box=""):
    application = QgsApplication([], False)
    application.initQgis()
    messages = []
    application.messageLog().messageReceived.connect(
        lambda text, tag, level: messages.append(f"{tag}: {text}")
    )
    try:
        layer = opened(address, collection)
        answer = {"qgis": Qgis.QGIS_VERSION, "valid": layer.isValid()}
        if layer.isValid():
            answer |= contents(layer)
        if where:
            answer["asked"] = ids(layer, QgsFeatureRequest().setFilterExpression(where))
            part = opened(address, collection)
            answer["subset"] = part.setSubsetString(where)
            answer["filtered"] = ids(part, QgsFeatureRequest())
            answer["filtered_count"] = part.featureCount()
        if box:
            extent = QgsRectangle(*map(float, box.split(",")))
            answer["within"] = ids(layer, QgsFeatureRequest().setFilterRect(extent))
            exact = QgsFeatureRequest().setFilterRect(extent).setFlags(QgsFeatureRequest.ExactIntersect)
            answer["exactly"] = ids(layer, exact)
        del layer
    finally:
        answer["messages"] = messages
        print(json.dumps(answer))
        sys.stdout.flush()
    application.exitQgis()


def opened(address, collection):
    uri = QgsDataSourceUri()
    uri.setParam("url", address)
    uri.setParam("typename", collection)
    uri.setParam("pageSize", "10")
    return QgsVectorLayer(uri.uri(False), collection, "OAPIF")


def contents(layer):
    features = list(layer.getFeatures())
    extent = layer.extent()
    return {
        "crs": layer.crs().authid(),
        "count": layer.featureCount(),
        "read": len(features),
        "fields": {f.name(): f.typeName() for f in layer.fields()},
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "geometry": layer.geometryType(),
        "empty": sum(f.geometry().isNull() for f in features),
        "ids": sorted(f["identificatie"] for f in features),
    }


def ids(layer, request):
    return sorted(f["identificatie"] for f in layer.getFeatures(request))


main(*sys.argv[1:])
