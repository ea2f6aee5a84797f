import os
from odoo.tests import tagged
from .common_document import DocumentCommon
from . import facturx_checker

@tagged("post_install", "-at_install")
class TestLook(DocumentCommon):
    def test_look(self):
        import time
        moves = self._bill_case_5() | self._bill_hours() | self._bill_hours(partner_id=self.consumer.id)
        t=time.time()
        self._send(moves)
        print("SENT", time.time()-t)
        for m in moves:
            pdf, xml = self._get_files(m)
            open(f"/tmp/doc_{m.name.replace('/','_')}.pdf","wb").write(pdf)
            open(f"/tmp/doc_{m.name.replace('/','_')}.xml","wb").write(xml)
        for f, m in zip(facturx_checker.check_pdfs([self._get_files(m) for m in moves]), moves):
            print(m.name, len(self._get_files(m)[0]), f)
